import { describe, expect, it } from 'vitest';
import { isNodeInit, missingRoles, partOf } from './parts.ts';

describe('partOf', () => {
  it.each([
    ['HOME=/root\0NANNYAPI_KUBE_PART=/var/tmp/a:etcd\0', { folder: '/var/tmp/a', role: 'etcd' }],
    ['NANNYAPI_KUBE_PART=/var/tmp/a:b:node1\0', { folder: '/var/tmp/a:b', role: 'node1' }],
    ['NANNYAPI_KUBE_DIR=/var/tmp/a:etcd\0', undefined],
    ['', undefined],
  ])('reads %j as %j', (environ, part) => {
    expect(partOf(environ)).toEqual(part);
  });
});

describe('isNodeInit', () => {
  it.each([
    ['the first process of a node', 'Name:\tbash\nNSpid:\t4711\t1\nNSpgid:\t1', true],
    ['another process of a node', 'NSpid:\t4712\t17', false],
    ['the first process of a pod', 'NSpid:\t4713\t30\t1', false],
    ['the first process of the machine', 'NSpid:\t1', false],
    ['a kernel that does not say', 'Name:\tbash', false],
  ])('tells %s', (_what, status, isInit) => {
    expect(isNodeInit(status)).toBe(isInit);
  });
});

describe('missingRoles', () => {
  const whole = [
    ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((role) => ({
      pid: 1,
      role,
      isInit: false,
    })),
    { pid: 2, role: 'node1', isInit: true },
    { pid: 3, role: 'node1', isInit: false },
  ];

  it('misses nothing of a whole cluster', () => {
    expect(missingRoles(whole, ['node1'])).toEqual([]);
  });

  it('misses a program, and a node of which only the first process is gone', () => {
    expect(
      missingRoles(
        whole.filter(({ role, isInit }) => role !== 'etcd' && !isInit),
        ['node1'],
      ),
    ).toEqual(['etcd', 'node1']);
  });
});
