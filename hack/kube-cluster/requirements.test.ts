import { describe, expect, it } from 'vitest';
import { findLacks } from './requirements.ts';

const ALL = [
  'containerd',
  'ctr',
  'containerd-shim-runc-v2',
  'runc',
  'ip',
  'mount',
  'unshare',
  'nsenter',
  'sysctl',
  'nft',
];
const machine = (
  change: { without?: string; also?: string; isRoot?: boolean; cniFolder?: string | undefined } = {},
) => ({
  isRoot: true,
  cniFolder: '/usr/lib/cni' as string | undefined,
  programs: new Set(
    [...ALL, ...(change.also === undefined ? [] : [change.also])].filter((name) => name !== change.without),
  ),
  ...('isRoot' in change ? { isRoot: change.isRoot ?? true } : {}),
  ...('cniFolder' in change ? { cniFolder: change.cniFolder } : {}),
});

describe('what a machine lacks for a cluster', () => {
  it('is nothing where all is there', () => {
    expect(findLacks(machine())).toEqual([]);
  });

  it.each([
    ['the runtime', machine({ without: 'runc' }), 'Missing: runc. Add it: apt-get install runc'],
    ['two programs of one package', machine({ without: 'ctr' }), 'Missing: ctr. Add it: apt-get install containerd'],
    [
      'a way to make Services',
      machine({ without: 'nft' }),
      'Missing: nft or iptables. Add it: apt-get install nftables',
    ],
    [
      'plugins for the network',
      machine({ cniFolder: undefined }),
      'Missing: the CNI plugins bridge, host-local and portmap. Add it: apt-get install containernetworking-plugins',
    ],
    ['root', machine({ isRoot: false }), 'A node is made of namespaces, which takes root: run it with sudo.'],
  ])('is told with the command that adds it: %s', (_, parts, words) => {
    expect(findLacks(parts)).toEqual([words]);
  });

  it('is not nft where iptables is there', () => {
    expect(findLacks(machine({ without: 'nft', also: 'iptables' }))).toEqual([]);
  });
});
