import { parseRequestUri } from '../../structural/go-uri.ts';
import type { GoUri } from '../../structural/go-uri.ts';
import type { FunctionEntry } from './function-entry.ts';

/** An absolute URI or an absolute path, as Kubernetes' `url()` takes them. */
export class UrlValue {
  readonly text: string;
  readonly uri: GoUri;

  constructor(text: string) {
    this.text = text;
    try {
      this.uri = parseRequestUri(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SyntaxError(`URL parse error during conversion from string: ${why}`);
    }
  }

  /** Without the port, and an IPv6 address without its brackets. */
  get hostname(): string {
    return this.uri.host.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.uri.host)?.[1] ?? '';
  }

  get query(): Map<string, string[]> {
    const params = new URLSearchParams(this.uri.query);
    return new Map([...new Set(params.keys())].map((key) => [key, params.getAll(key)]));
  }
}

function isUrl(text: string): boolean {
  try {
    return new UrlValue(text).text === text;
  } catch {
    // Not a URL is the answer, not a fault.
    return false;
  }
}

/** Kubernetes' URL library. */
export const URL_FUNCTIONS: readonly FunctionEntry[] = [
  ['isURL(string): bool', isUrl],
  ['url(string): kubernetes.URL', (text: string) => new UrlValue(text)],
  ['kubernetes.URL.getScheme(): string', (url: UrlValue) => url.uri.scheme],
  ['kubernetes.URL.getHost(): string', (url: UrlValue) => url.uri.host],
  ['kubernetes.URL.getHostname(): string', (url: UrlValue) => url.hostname],
  ['kubernetes.URL.getPort(): string', (url: UrlValue) => url.port],
  ['kubernetes.URL.getEscapedPath(): string', (url: UrlValue) => url.uri.escapedPath],
  ['kubernetes.URL.getQuery(): map<string, list<string>>', (url: UrlValue) => url.query],
];
