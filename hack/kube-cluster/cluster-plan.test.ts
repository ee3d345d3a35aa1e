import { describe, expect, it } from 'vitest';
import { cgroupPrefix, linkPrefix, MAX_NODES, pickNetwork, planCluster } from './cluster-plan.ts';

describe('planCluster', () => {
  const plan = planCluster({ folder: '/var/tmp/a', network: 77, nodeCount: MAX_NODES });

  it('puts nodes, pods and Services into ranges of one /16 that do not meet', () => {
    expect(plan).toMatchObject({
      machineAddress: '10.77.0.1',
      apiUrl: 'https://10.77.0.1:6443',
      podRange: '10.77.64.0/18',
      serviceRange: '10.77.128.0/17',
      apiServiceAddress: '10.77.128.1',
      dnsAddress: '10.77.128.10',
    });
    expect(plan.nodes[0]).toMatchObject({ name: 'node1', address: '10.77.0.11', podRange: '10.77.65.0/24' });
    expect(plan.nodes.at(-1)).toMatchObject({ name: 'node16', address: '10.77.0.26', podRange: '10.77.80.0/24' });
  });

  it('gives links names that Linux takes, of at most 15 bytes', () => {
    for (const name of [plan.bridge, ...plan.nodes.map(({ link }) => link)])
      expect(name.length).toBeLessThanOrEqual(15);
  });

  it('shares no name with the cluster of another folder', () => {
    expect(linkPrefix('/var/tmp/a')).not.toBe(linkPrefix('/var/tmp/b'));
    expect(cgroupPrefix('/var/tmp/a')).not.toBe(cgroupPrefix('/var/tmp/b'));
  });
});

describe('pickNetwork', () => {
  const first = pickNetwork('/var/tmp/a', '') ?? 0;

  it('picks the same network for a folder again', () => {
    expect(pickNetwork('/var/tmp/a', 'default via 192.0.2.1 dev eth0\n')).toBe(first);
  });

  it.each([
    ['an address', `local 10.${first}.0.1 dev x`],
    ['a range within it', `10.${first}.65.0/24 via 10.${first}.0.11 dev x`],
    ['a range around it', `10.${first - (first % 4)}.0.0/14 dev x`],
  ])('leaves a network alone of which the machine has %s', (_what, routes) => {
    expect(pickNetwork('/var/tmp/a', routes)).not.toBe(first);
  });

  it('finds none where all is taken', () => {
    expect(pickNetwork('/var/tmp/a', '10.0.0.0/8 dev x')).toBeUndefined();
  });
});
