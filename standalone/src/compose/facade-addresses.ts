import type { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';

/** An address to serve, and its port. */
export interface ListenAddress {
  /** IP address without brackets, or a host name. */
  host: string;
  port: number;
}

/** Where a one-machine facade is served. */
export interface FacadeAddresses {
  /** With the certificate of our own authority; reached by the local agent at {@link localHost}. */
  main: ListenAddress;
  further: ListenAddress[];
}

/** What decides about the addresses. */
export interface AddressWishes {
  /** For other machines. Empty: this machine alone is served. */
  listen: readonly ListenAddress[];
  /** Port on loopback. */
  facadePort: number;
  /** Whether the other machines are shown a certificate that is not ours. */
  hasGivenCertificate: boolean;
  /** A free port of loopback, for when {@link facadePort} is taken by a wildcard. */
  sparePort: number;
}

const LOOPBACK = '127.0.0.1';
const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/**
 * Chooses the addresses such that none is bound twice and loopback always shows a certificate of our own authority.
 *
 * The local agent and the command line know that authority alone. A wildcard takes loopback with it, so beside one with
 * a given certificate they get a port of their own.
 */
export function planAddresses(wishes: AddressWishes): FacadeAddresses {
  const { listen, facadePort, hasGivenCertificate, sparePort } = wishes;
  const wildcard = listen.find(({ host, port }) => WILDCARDS.includes(host) && port === facadePort);
  if (!wildcard) {
    const further = listen.filter(({ host, port }) => host !== LOOPBACK || port !== facadePort);
    return { main: { host: LOOPBACK, port: facadePort }, further };
  }
  const others = listen.filter(({ port }) => port !== facadePort);
  if (hasGivenCertificate) return { main: { host: LOOPBACK, port: sparePort }, further: [wildcard, ...others] };
  return { main: wildcard, further: others };
}

/** Host names and addresses that people and hosts may have typed, hence what a certificate must hold; none twice. */
export function namesOf(deps: {
  listen: readonly ListenAddress[];
  publicURL: URL;
  hostname: string;
  interfaces: ReturnType<typeof networkInterfaces>;
}): string[] {
  const isAnywhere = deps.listen.some(({ host }) => WILDCARDS.includes(host));
  const names = [
    'localhost',
    LOOPBACK,
    '::1',
    deps.hostname,
    bareHost(deps.publicURL),
    ...deps.listen.map(({ host }) => host).filter((host) => !WILDCARDS.includes(host)),
    ...(isAnywhere ? outerAddresses(deps.interfaces) : []),
  ];
  return [...new Set(names.filter(isCertifiable))];
}

/** The first address that other machines may use, or loopback when only this machine is served. */
export function defaultPublicURL(deps: {
  listen: readonly ListenAddress[];
  facadePort: number;
  interfaces: ReturnType<typeof networkInterfaces>;
}): URL {
  const [first] = deps.listen;
  if (!first) return originOf({ host: LOOPBACK, port: deps.facadePort });
  const host = WILDCARDS.includes(first.host) ? (outerAddresses(deps.interfaces)[0] ?? LOOPBACK) : first.host;
  return originOf({ host, port: first.port });
}

/** The URL of an address. */
export function originOf({ host, port }: ListenAddress): URL {
  return new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`);
}

/** Every origin under which a facade is reached: the proofs of agents and the forms of browsers name one of them. */
export function originsOf(names: readonly string[], ports: readonly number[], publicURL: URL): string[] {
  const origins = names.flatMap((host) => ports.map((port) => originOf({ host, port }).origin));
  return [...new Set([publicURL.origin, ...origins])];
}

/** The address at which this machine reaches it. */
export function localHost(main: ListenAddress): ListenAddress {
  return { ...main, host: LOOPBACK };
}

/** A machine may have a name that is none for DNS; no certificate would ever hold it. */
function isCertifiable(name: string): boolean {
  return isIP(name) !== 0 || /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i.test(name);
}

function bareHost(url: URL): string {
  return url.hostname.replaceAll(/[[\]]/g, '');
}

/** Addresses of this machine that others may reach; IPv4 first, for those are what people type. */
function outerAddresses(interfaces: ReturnType<typeof networkInterfaces>): string[] {
  const outer = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  const of = (family: string) => outer.filter((entry) => entry.family === family).map(({ address }) => address);
  return [...of('IPv4'), ...of('IPv6')];
}
