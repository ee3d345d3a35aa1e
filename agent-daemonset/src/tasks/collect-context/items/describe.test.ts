import { describe, expect, it } from 'vitest';
import type { Sample } from '../sample.ts';
import { isOwnGroup } from './describe.ts';

const sample = { own: new Set([7]) } as unknown as Sample;

describe('a control group of our own', () => {
  it.each([
    ['of the runs of an agent', '/sys/fs/cgroup/cpu/nannyapi-0a1b2c3d/run-1', [1]],
    ['of an agent that systemd started', '/sys/fs/cgroup/system.slice/nanny-agent.service', [1]],
    ['that holds our processes only', '/sys/fs/cgroup/cpu/user', [7]],
  ])('is one %s', (_, path, pids) => {
    expect(isOwnGroup(sample, path, pids)).toBe(true);
  });

  it.each([
    [
      'of others on a machine that is called like us',
      '/sys/fs/cgroup/cpu/nannyapi-kube-0a1b2c3d-node1/kubepods/pod1',
      [1],
    ],
    ['that holds other processes, too', '/sys/fs/cgroup/cpu/user', [7, 8]],
    ['that is empty', '/sys/fs/cgroup/cpu/user', []],
  ])('is none %s', (_, path, pids) => {
    expect(isOwnGroup(sample, path, pids)).toBe(false);
  });
});
