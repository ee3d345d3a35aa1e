import { describe, expect, it } from 'vitest';
import { bwrapArgs, type RunView } from './full.ts';
import { assertGrantable, setprivArgs } from './rights.ts';

const request = {
  path: '/usr/bin/df',
  args: [],
  needs: 'none',
  network: 'none',
  uid: 64_911,
  environment: {},
} as const;

const view = (kept: string): RunView => ({ kept: [kept], pods: { covered: [], shown: [], closed: [] } });

describe('the words that build a cage', () => {
  it('cover secrets after the view is made, and nothing in the empty /tmp', () => {
    const args = bwrapArgs(request, { folders: ['/etc/secrets', '/tmp/state'], files: ['/etc/shadow'] }).join(' ');
    expect(args).toContain(
      '--ro-bind / / --dev /dev --tmpfs /tmp --remount-ro /tmp --tmpfs /etc/secrets --remount-ro /etc/secrets',
    );
    expect(args).toContain('--ro-bind /dev/null /etc/shadow');
    expect(args).not.toContain('/tmp/state');
  });

  it('leave /tmp in view, without its secrets, for a command that looks there', () => {
    const hidden = { folders: ['/tmp/state'], files: [] };
    const args = bwrapArgs({ ...request, showsTmp: true }, hidden, view('/tmp/disk')).join(' ');
    expect(args).toContain('--ro-bind / / --dev /dev --tmpfs /tmp/state --remount-ro /tmp/state');
    expect(args).not.toContain('--tmpfs /tmp --');
  });

  it('keep a file system that is mounted below /tmp in view, without its secrets', () => {
    const hidden = { folders: ['/tmp/state', '/tmp/disk/state'], files: [] };
    const args = bwrapArgs(request, hidden, view('/tmp/disk')).join(' ');
    expect(args).toContain('--tmpfs /tmp --ro-bind-try /tmp/disk /tmp/disk --remount-ro /tmp --tmpfs /tmp/disk/state');
    expect(args).not.toContain('--tmpfs /tmp/state');
  });

  it('show of pods only the one that is asked about, and none of its closed volumes', () => {
    const pods = { covered: ['/k/pods'], shown: ['/k/pods/u1'], closed: ['/k/pods/u1/volumes/kubernetes.io~secret'] };
    const args = bwrapArgs(request, { folders: [], files: [] }, { kept: [], pods }).join(' ');
    expect(args).toContain(
      '--tmpfs /k/pods --ro-bind-try /k/pods/u1 /k/pods/u1 --remount-ro /k/pods --tmpfs /k/pods/u1/volumes/kubernetes.io~secret --remount-ro',
    );
  });

  it('cut the network off unless the command needs it', () => {
    const none = { folders: [], files: [] };
    expect(bwrapArgs(request, none)).toContain('--unshare-net');
    expect(bwrapArgs({ ...request, network: 'netlink' }, none)).not.toContain('--unshare-net');
  });

  it('grant the least capabilities, and root only to what checks for it', () => {
    expect(setprivArgs(7, 'none').join(' ')).toContain('--reuid 7 --regid 7 --clear-groups --inh-caps=-all --');
    expect(setprivArgs(7, 'ptraceFileRead')).toContain('--bounding-set=-all,+sys_ptrace,+dac_read_search');
    expect(setprivArgs(7, 'bpftrace').slice(0, 2)).toEqual(['--reuid', '0']);
    expect(setprivArgs(7, 'bpftrace')).toContain('--bounding-set=-all,+bpf,+perfmon,+syslog');
  });

  it('grant no power over other processes without a system call filter', () => {
    const weak = { hasCapabilities: true, hasSeccomp: false, remedy: 'apt-get install bubblewrap' };
    expect(() => assertGrantable('ptraceFileRead', weak)).toThrow(/apt-get install bubblewrap/);
    expect(() => assertGrantable('bpftrace', weak)).toThrow(/bpftrace/);
    expect(() => assertGrantable('fileRead', weak)).not.toThrow();
  });

  it('let a plain user try to read files, and refuse what would mislead by showing less', () => {
    const plain = { hasCapabilities: false, hasSeccomp: true, remedy: 'run the agent as root' };
    expect(() => assertGrantable('fileRead', plain)).not.toThrow();
    expect(() => assertGrantable('ptraceFileRead', plain)).toThrow(/run the agent as root/);
  });
});
