import { isIPv6, SocketAddress, type BlockList } from 'node:net';
import { holds, plainAddress } from './cluster-node.ts';

/**
 * Decides whose word about a client's address counts: that of the proxies in the list alone.
 *
 * With it `request.ip` is the rightmost address of `X-Forwarded-For` that is not a trusted proxy's, and without a trusted
 * proxy at the other end of the socket it is the socket's. So what a client writes into that header itself stands left of
 * what the proxy saw, and is never looked at. The list must name proxies that append to the header or replace it, and
 * nothing else: whoever sits at an address of the list can claim any address, a node's among them (ADR 0021).
 */
export function createProxyTrust(proxies: BlockList): (address: string) => boolean {
  return (address) => holds(proxies, address);
}

/** What limits count an address by: an IPv4 address itself, of IPv6 the /64 that one subscriber has at least. */
export function addressBlock(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const { address: canonical } = new SocketAddress({ address: plain, family: 'ipv6' });
  return `${expand(canonical).slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address. */
function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}
