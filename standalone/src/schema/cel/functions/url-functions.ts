import type { FunctionEntry } from './function-entry.ts';

/** An absolute URI or an absolute path, as Kubernetes' `url()` takes them. */
export class UrlValue {
  readonly scheme: string;
  readonly #url: URL;

  constructor(text: string) {
    const isPath = text.startsWith('/');
    const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
    if ((!isPath && match === null) || /[\s\p{Cc}]/u.test(text)) {
      throw new SyntaxError(
        `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
      );
    }
    this.#url = new URL(text, 'http://localhost');
    this.scheme = isPath ? '' : (match?.[1] ?? '').toLowerCase();
  }

  get host(): string {
    return this.scheme === '' ? '' : this.#url.host;
  }

  get hostname(): string {
    return this.scheme === '' ? '' : this.#url.hostname.replace(/^\[|\]$/g, '');
  }

  get port(): string {
    return this.#url.port;
  }

  get escapedPath(): string {
    return this.#url.pathname;
  }

  get query(): Map<string, string[]> {
    const params = this.#url.searchParams;
    return new Map([...new Set(params.keys())].map((key) => [key, params.getAll(key)]));
  }

  equals(other: UrlValue): boolean {
    return this.scheme === other.scheme && this.#url.href === other.#url.href;
  }
}

function isUrl(text: string): boolean {
  try {
    return new UrlValue(text).scheme !== '' || text.startsWith('/');
  } catch {
    // Not a URL is the answer, not a fault.
    return false;
  }
}

/** Kubernetes' URL library. */
export const URL_FUNCTIONS: readonly FunctionEntry[] = [
  ['isURL(string): bool', isUrl],
  ['url(string): kubernetes.URL', (text: string) => new UrlValue(text)],
  ['kubernetes.URL.getScheme(): string', (url: UrlValue) => url.scheme],
  ['kubernetes.URL.getHost(): string', (url: UrlValue) => url.host],
  ['kubernetes.URL.getHostname(): string', (url: UrlValue) => url.hostname],
  ['kubernetes.URL.getPort(): string', (url: UrlValue) => url.port],
  ['kubernetes.URL.getEscapedPath(): string', (url: UrlValue) => url.escapedPath],
  ['kubernetes.URL.getQuery(): map<string, list<string>>', (url: UrlValue) => url.query],
];
