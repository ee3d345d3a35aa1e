import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Environment } from './credentials.ts';

/**
 * The proxy that the environment wants for an address, as Go's programs read it: `HTTPS_PROXY`, `HTTP_PROXY`, each also in
 * lower case, and `NO_PROXY` with names, `.suffixes`, addresses, CIDR ranges, `*`, and ports.
 *
 * This machine itself is never reached through a proxy.
 */
export function proxyFor(server: URL, env: Environment): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host)) return undefined;
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(/[\s,]+/).filter(Boolean);
  if (exceptions.some((exception) => covers(exception.toLowerCase(), host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function covers(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  if (exception.includes('/')) return isInRange(exception, host);
  const [name, wantedPort] = splitPort(exception);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  // A name covers its subdomains; with a dot in front it covers those alone.
  const suffix = name.replace(/^\*?\./, '');
  return host.endsWith(`.${suffix}`) || (suffix === name && host === name);
}

function splitPort(exception: string): [name: string, port: string | undefined] {
  const match = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(exception);
  return match ? [match[1] ?? match[2] ?? '', match[3]] : [exception, undefined];
}

function isInRange(range: string, host: string): boolean {
  if (isIP(host) === 0) return false;
  const [network = '', bits = ''] = range.split('/');
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  } catch {
    // A range that is none covers nothing, as in Go.
    return false;
  }
  return list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
