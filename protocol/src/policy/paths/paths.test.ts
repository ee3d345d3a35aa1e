import { describe, expect, it } from 'vitest';
import { checkPath, checkResolvedPath } from './paths.ts';

describe('checkPath', () => {
  it('brings a path to one spelling', () => {
    expect(checkPath('//var//run/./reboot-required', 'read')).toEqual({
      verdict: 'accept',
      path: '/run/reboot-required',
    });
  });

  it.each([
    '/var/log/../../etc/shadow',
    'etc/hosts',
    '/etc/*',
    '/etc/host?',
    '/tmp/$x',
    '/etc/hosts\n',
    '/etc/%73hadow',
    '/etc/"hosts"',
  ])('refuses the form of %j', (path) => {
    expect(checkPath(path, 'read')).toMatchObject({ verdict: 'refuse', rule: 'path-form' });
  });

  it('shows the metadata of a secret, never its contents', () => {
    expect(checkPath('/etc/shadow', 'stat').verdict).toBe('accept');
    expect(checkPath('/etc/shadow', 'read')).toMatchObject({ rule: 'path-secret' });
    expect(checkPath('/root/.ssh', 'list')).toMatchObject({ rule: 'path-secret' });
  });

  it('lists the volumes of pods that programs fill, and none that the kubelet fills', () => {
    const pod = '/var/lib/kubelet/pods/5a1c0b54-6a4f-4d0e-9b3c-0f8a0a4c2f11';
    expect(checkPath(`${pod}/volumes/kubernetes.io~empty-dir/scratch/deep`, 'list').verdict).toBe('accept');
    expect(checkPath(`${pod}/volumes/kubernetes.io~csi/pvc-1/mount`, 'list').verdict).toBe('accept');
    for (const path of [
      '/var/lib/kubelet/pods',
      pod,
      `${pod}/volumes`,
      `${pod}/volumes/kubernetes.io~empty-dir`,
      `${pod}/volumes/kubernetes.io~secret/s`,
      `${pod}/volumes/kubernetes.io~projected/t/token`,
      `${pod}/volumes/kubernetes.io~empty-dir/scratch/.ssh`,
      pod.replace('/var/lib', '/data') + '/volumes/kubernetes.io~configmap/c',
      pod.replace('/var/lib', '/data') + '/volume-subpaths/c',
    ]) {
      expect(checkPath(path, 'list'), path).toMatchObject({ rule: 'path-secret' });
    }
    expect(checkPath(`${pod}/volumes/kubernetes.io~empty-dir/scratch/file`, 'read').verdict).toBe('refuse');
  });

  it('keeps /proc closed except for the files on the list', () => {
    expect(checkPath('/proc/1/status', 'read').verdict).toBe('accept');
    for (const path of [
      '/proc/1/environ',
      '/proc/1/mem',
      '/proc/1/root/etc/hosts',
      '/proc/kcore',
      '/proc/1/newfile',
      '/Proc/1/environ',
    ]) {
      expect(checkPath(path, 'read')).toMatchObject({ verdict: 'refuse', rule: 'path-proc' });
    }
  });
});

describe('checkResolvedPath', () => {
  it('judges where a symbolic link led', () => {
    expect(checkResolvedPath('/run/systemd/resolve/stub-resolv.conf', 'read').verdict).toBe('accept');
    expect(checkResolvedPath('/etc/shadow', 'read')).toMatchObject({ rule: 'path-secret' });
    expect(checkResolvedPath('/proc/1/environ', 'read')).toMatchObject({ rule: 'path-proc' });
    expect(checkResolvedPath('/dev/sda', 'read')).toMatchObject({ rule: 'path-device' });
  });

  it('takes names that a command line could not hold', () => {
    expect(checkResolvedPath('/var/log/app$1\\x2d.log', 'read').verdict).toBe('accept');
  });

  it('refuses what is not resolved', () => {
    for (const path of ['var/log', '/var/log/../../etc/hosts', '/var/log\0']) {
      expect(checkResolvedPath(path, 'read').verdict).toBe('refuse');
    }
  });
});
