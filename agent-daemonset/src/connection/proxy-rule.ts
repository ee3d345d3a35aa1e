import { CodedError } from '@nannyapi/process';

/** Which requests go through which proxy. */
export interface ProxyRule {
  /** Address of an HTTP proxy that takes CONNECT; user and password may stand in it. */
  proxy: URL;
  /** Hosts that are reached without it: names, which stand for their subdomains too, or addresses; `*` is all. */
  noProxy: readonly string[];
}

/**
 * Reads the variables that every program knows, `HTTPS_PROXY` and `NO_PROXY`.
 *
 * @throws CodedError `InvalidConfig` when the proxy is no http or https address. Its value is not repeated: it may hold
 *   a password.
 */
export function readProxyRule(httpsProxy: string | undefined, noProxy: string | undefined): ProxyRule | undefined {
  if (httpsProxy === undefined || httpsProxy === '') return undefined;
  const proxy = URL.parse(httpsProxy.includes('://') ? httpsProxy : `http://${httpsProxy}`);
  if (!proxy || !['http:', 'https:'].includes(proxy.protocol)) {
    throw new CodedError({
      code: 'InvalidConfig',
      message: 'Invalid configuration: HTTPS_PROXY must be a URL that starts with http:// or https://',
      status: 400,
    });
  }
  const hosts = (noProxy ?? '').split(/[\s,]+/).filter((host) => host !== '');
  return { proxy, noProxy: hosts.map((host) => host.toLowerCase()) };
}

/** Whether a host is reached through the proxy. @param url of the request; its port is compared where an entry has one. */
export function isProxied({ noProxy }: ProxyRule, url: URL): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? '443' : url.port;
  return !noProxy.some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wantedPort] = /^(\[[^\]]*\]|[^:]*|[^[]*:[^[]*:[^[]*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (wantedPort !== undefined && wantedPort !== port) return false;
    const wanted = bare(name).replace(/^\*?\./, '');
    return wanted !== '' && (host === wanted || (host.endsWith(`.${wanted}`) && !isAddress(host)));
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, '');
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}
