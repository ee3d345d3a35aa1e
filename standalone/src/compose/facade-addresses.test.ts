import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defaultPublicURL, namesOf, originsOf, planAddresses, type AddressWishes } from './facade-addresses.ts';

const wishes = (changes: Partial<AddressWishes>): AddressWishes => ({
  listen: [],
  facadePort: 7444,
  hasGivenCertificate: false,
  sparePort: 5555,
  ...changes,
});

const at = (host: string, port = 7444) => ({ host, port });

describe('planAddresses', () => {
  const loopback = at('127.0.0.1');
  const [outer, everywhere] = [at('192.0.2.7'), at('0.0.0.0')];
  it.each([
    ['loopback alone when nothing is asked for', {}, { main: loopback, further: [] }],
    ['loopback and one address', { listen: [outer] }, { main: loopback, further: [outer] }],
    ['loopback once', { listen: [loopback, outer] }, { main: loopback, further: [outer] }],
    ['a wildcard, which has loopback in it', { listen: [everywhere, outer] }, { main: everywhere, further: [] }],
    [
      'loopback beside a wildcard of another port',
      { listen: [at('::', 443)] },
      { main: loopback, further: [at('::', 443)] },
    ],
    [
      'a given certificate on an address',
      { listen: [outer], hasGivenCertificate: true },
      { main: loopback, further: [outer] },
    ],
    [
      'a given certificate everywhere',
      { listen: [everywhere], hasGivenCertificate: true },
      { main: at('127.0.0.1', 5555), further: [everywhere] },
    ],
  ])('serves %s', (_title, changes, plan) => {
    expect(planAddresses(wishes(changes))).toEqual(plan);
  });
});

const interfaces = {
  lo: [entry('127.0.0.1', true)],
  eth0: [entry('2001:db8::7', false), entry('192.0.2.7', false), entry('fe80::1', false)],
};

function entry(address: string, internal: boolean): NetworkInterfaceInfo {
  const rest = { address, internal, netmask: '', mac: '', cidr: null };
  return address.includes(':') ? { ...rest, family: 'IPv6', scopeid: 0 } : { ...rest, family: 'IPv4' };
}

describe('the names of a certificate', () => {
  const ask = (listen: readonly { host: string; port: number }[], hostname = 'web-1') =>
    namesOf({ listen, hostname, publicURL: new URL('https://nanny.example.com'), interfaces });

  it('are those of loopback, of the machine, of the public URL and of what is listened on', () => {
    const names = ['localhost', '127.0.0.1', '::1', 'web-1', 'nanny.example.com'];
    expect(ask([])).toEqual(names);
    expect(ask([at('198.51.100.1')])).toEqual([...names, '198.51.100.1']);
  });

  it('are all addresses that others may reach when a wildcard is listened on', () => {
    expect(ask([at('0.0.0.0')]).slice(5)).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it('leave out the name of a machine that is none for DNS', () => {
    expect(ask([], 'Web_1')).not.toContain('Web_1');
  });
});

describe('the public URL', () => {
  it.each([
    [[], 'https://127.0.0.1:7444/'],
    [[at('192.0.2.9', 443)], 'https://192.0.2.9/'],
    [[at('0.0.0.0')], 'https://192.0.2.7:7444/'],
    [[at('2001:db8::9')], 'https://[2001:db8::9]:7444/'],
  ])('of %j is %s unless one is given', (listen, url) => {
    expect(defaultPublicURL({ listen, facadePort: 7444, interfaces }).href).toBe(url);
  });

  it('is the first of the origins', () => {
    const origins = originsOf(['127.0.0.1', '::1'], [7444], new URL('https://nanny.example.com'));
    expect(origins).toEqual(['https://nanny.example.com', 'https://127.0.0.1:7444', 'https://[::1]:7444']);
  });
});
