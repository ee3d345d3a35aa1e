import { createLogger } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { createApp } from '../http/create-app.ts';
import { addressBlock } from './client-address.ts';
import { parseRanges } from './cluster-node.ts';

/** The address that an authenticator is told when a request comes from a socket with such a header. */
async function addressSeen(proxies: string, remoteAddress: string, forwardedFor?: string): Promise<string | undefined> {
  let seen: string | undefined;
  const app = createApp({
    authenticator: {
      authenticate: async (_token, { address }) => {
        seen = address;
        return undefined;
      },
    },
    trustedProxies: parseRanges(proxies),
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  await app.inject({
    url: '/x',
    remoteAddress,
    headers: {
      authorization: 'Bearer t',
      'x-real-ip': '6.6.6.6',
      'client-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    },
  });
  return seen;
}

describe('the address of a client', () => {
  it.each<[string, string, string, string | undefined, string]>([
    ['is that of the socket', '', '10.0.0.1', undefined, '10.0.0.1'],
    [
      'is that of the socket, whatever a header says, where no proxy is trusted',
      '',
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.1',
    ],
    ['is that of the socket for who comes past the proxy', '10.9.0.0/16', '10.0.0.1', '10.0.0.2', '10.0.0.1'],
    ['is what the proxy saw', '10.9.0.0/16', '10.9.0.7', '10.0.0.2', '10.0.0.2'],
    [
      'is what the proxy saw also on a socket of both families',
      '10.9.0.0/16',
      '::ffff:10.9.0.7',
      '10.0.0.2',
      '10.0.0.2',
    ],
    [
      'is what the proxy saw, not what the client claimed to it',
      '10.9.0.0/16',
      '10.9.0.7',
      '1.1.1.1, 10.0.0.2',
      '10.0.0.2',
    ],
    ['is what the first of two proxies saw', '10.9.0.0/16', '10.9.0.7', '1.1.1.1, 10.0.0.2, 10.9.0.8', '10.0.0.2'],
    ['is that of the proxy when it tells none', '10.9.0.0/16', '10.9.0.7', undefined, '10.9.0.7'],
    ['is nobody’s when the proxy tells nonsense', '10.9.0.0/16', '10.9.0.7', '10.0.0.2, unknown', 'unknown'],
    ['is of IPv6 behind a proxy of IPv6', 'fd00::/8', 'fd00::7', '2001:db8::1', '2001:db8::1'],
  ])('%s', async (...[, proxies, socket, header, seen]) => {
    expect(await addressSeen(proxies, socket, header)).toBe(seen);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('counts in limits by its block: %s by %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});
