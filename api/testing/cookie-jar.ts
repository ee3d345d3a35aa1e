/** One cookie as a browser keeps it. */
export interface StoredCookie {
  name: string;
  value: string;
  host: string;
  path: string;
  isSecure: boolean;
  isHttpOnly: boolean;
  sameSite: 'Strict' | 'Lax' | 'None';
}

/** What a request is, as far as cookies are concerned. */
export interface CookieTarget {
  url: URL;
  method: string;
  /** Whether another site made the browser send it. */
  isCrossSite: boolean;
}

/** The cookies of one browser, by the rules of RFC 6265bis: prefixes, Secure, Path and SameSite. Ports do not matter. */
export class CookieJar {
  #cookies: StoredCookie[] = [];

  get all(): readonly StoredCookie[] {
    return this.#cookies;
  }

  get(name: string): StoredCookie | undefined {
    return this.#cookies.find((cookie) => cookie.name === name);
  }

  /** Plants a cookie, as a thief does with what was stolen. */
  set(cookie: StoredCookie): void {
    this.#cookies = [...this.#cookies.filter((each) => !isSame(each, cookie)), cookie];
  }

  clear(): void {
    this.#cookies = [];
  }

  store(url: URL, headers: readonly string[]): void {
    for (const header of headers) this.#storeOne(url, header);
  }

  header({ url, method, isCrossSite }: CookieTarget): string | undefined {
    const isSafe = method === 'GET' || method === 'HEAD';
    const sent = this.#cookies.filter(({ host, path, isSecure, sameSite }) => {
      if (host !== url.hostname || !isBelow(url.pathname, path)) return false;
      if (isSecure && url.protocol !== 'https:') return false;
      return !isCrossSite || sameSite === 'None' || (sameSite === 'Lax' && isSafe);
    });
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  #storeOne(url: URL, header: string): void {
    const [pair = '', ...rest] = header.split(';').map((part) => part.trim());
    const attributes = new Map(
      rest.map((part) => {
        const [name = '', value = ''] = part.split('=');
        return [name.toLowerCase(), value] as const;
      }),
    );
    const end = pair.indexOf('=');
    const cookie: StoredCookie = {
      name: pair.slice(0, end),
      value: pair.slice(end + 1),
      host: url.hostname,
      path: attributes.get('path') ?? '/',
      isSecure: attributes.has('secure'),
      isHttpOnly: attributes.has('httponly'),
      sameSite: sameSiteOf(attributes.get('samesite')),
    };
    if (!isAllowed(cookie, attributes, url)) return;
    const maxAge = attributes.get('max-age');
    const expires = attributes.get('expires');
    const isGone =
      maxAge === undefined ? expires !== undefined && Date.parse(expires) <= Date.now() : Number(maxAge) <= 0;
    this.#cookies = this.#cookies.filter((each) => !isSame(each, cookie));
    if (!isGone) this.#cookies.push(cookie);
  }
}

function isAllowed(cookie: StoredCookie, attributes: ReadonlyMap<string, string>, url: URL): boolean {
  if (cookie.isSecure && url.protocol !== 'https:') return false;
  if (cookie.name.startsWith('__Secure-')) return cookie.isSecure;
  if (!cookie.name.startsWith('__Host-')) return true;
  return cookie.isSecure && attributes.get('path') === '/' && !attributes.has('domain');
}

/** Browsers take Lax where nothing is said. */
function sameSiteOf(value: string | undefined): StoredCookie['sameSite'] {
  const lower = value?.toLowerCase();
  return lower === 'strict' ? 'Strict' : lower === 'none' ? 'None' : 'Lax';
}

function isSame(a: StoredCookie, b: StoredCookie): boolean {
  return a.name === b.name && a.host === b.host && a.path === b.path;
}

function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}
