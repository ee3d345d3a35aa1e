import { describe, expect, it } from 'vitest';
import { addressesOf, holds, parseRanges, type Node } from './cluster-node.ts';

const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'a',
    annotations: { 'projectcalico.org/IPv4IPIPTunnelAddr': '192.168.7.1', 'other/ip': '9.9.9.9' },
  },
  spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24', 'fd00:1::/64'] },
  status: {
    addresses: [
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'Hostname', address: '10.0.0.9' },
      { type: 'InternalDNS', address: 'a.example' },
    ],
  },
};

describe('the addresses of a node', () => {
  it.each([
    ['10.0.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['10.244.1.1', true],
    ['fd00:1::5', true],
    ['192.168.7.1', true],
    ['10.0.0.2', false],
    ['10.0.0.9', false],
    ['10.244.2.1', false],
    ['fd00:2::5', false],
    ['9.9.9.9', false],
    ['', false],
    ['node', false],
  ])('hold %s: %s', (address, isHeld) => {
    expect(holds(addressesOf(NODE), address)).toBe(isHeld);
  });

  it('are none when the Node names none', () => {
    expect(holds(addressesOf({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'b' } }), '10.0.0.1')).toBe(false);
  });
});

describe('shared ranges', () => {
  it('turn the check off when they are everything', () => {
    const all = parseRanges('0.0.0.0/0, ::/0');
    expect([holds(all, '203.0.113.7'), holds(all, '2001:db8::1'), holds(parseRanges(''), '203.0.113.7')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('may be single addresses', () => {
    const list = parseRanges('10.0.0.1,fd00::1');
    expect([holds(list, '10.0.0.1'), holds(list, '10.0.0.2')]).toEqual([true, false]);
  });

  it.each(['10.0.0', '10.0.0.0/33', 'x/8', '10.0.0.0/8;11.0.0.0/8'])('refuse %s', (text) => {
    expect(() => parseRanges(text)).toThrow(RangeError);
  });
});
