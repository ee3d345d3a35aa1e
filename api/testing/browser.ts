import { request, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { CookieJar } from './cookie-jar.ts';
import { formsOf, type HtmlForm } from './html-form.ts';

/** Where a browser is. */
export interface Page {
  url: URL;
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** One request of a navigation. */
export interface Visit {
  /** What makes the browser send it: the page it is on, another one, or the person alone. */
  from?: URL | undefined;
  method?: 'GET' | 'POST';
  /** Sent as a form. */
  fields?: Record<string, string> | undefined;
  headers?: Record<string, string>;
  /** Redirects that are followed. Default: all, up to 20. */
  maxRedirects?: number;
}

const MAX_REDIRECTS = 20;
const TIMEOUT_MS = 30_000;

/**
 * A browser as far as logins are concerned: cookies by their rules, redirects, forms, `Origin` and `Sec-Fetch-Site`.
 *
 * It runs no scripts. Sites are host names, as public suffixes do not come up on loopback.
 */
export class Browser {
  readonly cookies = new CookieJar();
  /** Every URL that was asked for, in order. */
  readonly history: URL[] = [];
  readonly #caPem: string | undefined;
  readonly #userAgent: string;
  #page: Page | undefined;

  constructor(options: { caPem?: string; userAgent?: string } = {}) {
    this.#caPem = options.caPem;
    this.#userAgent = options.userAgent ?? 'Test browser/1.0';
  }

  /** The page that is open. @throws Error before the first one. */
  get page(): Page {
    if (!this.#page) throw new Error('The browser has no page open');
    return this.#page;
  }

  /** The person types an address, or follows a link of the page when `from` is given. */
  open(url: URL | string, visit: Visit = {}): Promise<Page> {
    return this.#go(new URL(url), visit);
  }

  /** Sends a form of the open page, with some fields filled in. `index` counts its forms. */
  submit(filled: Record<string, string> = {}, index = 0): Promise<Page> {
    const form = this.forms[index];
    if (!form) throw new Error(`The page ${this.page.url.href} has no form ${index}: ${this.page.text.slice(0, 500)}`);
    return this.send({ ...form, fields: { ...form.fields, ...filled } });
  }

  /** Sends a form as it is given, from the open page. */
  send({ action, method, fields }: HtmlForm, visit: Visit = {}): Promise<Page> {
    const from = this.#page?.url;
    if (method === 'POST') return this.#go(action, { from, ...visit, method, fields });
    const url = new URL(action);
    for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
    return this.#go(url, { from, ...visit });
  }

  get forms(): HtmlForm[] {
    return formsOf(this.page.text, this.page.url);
  }

  async #go(start: URL, visit: Visit): Promise<Page> {
    const { from, maxRedirects = MAX_REDIRECTS } = visit;
    let { method = 'GET', fields } = visit;
    let url = start;
    const hops = [start];
    for (let redirects = 0; ; redirects++) {
      const page = await this.#ask(url, { ...visit, method, fields }, siteOf(from, hops));
      this.#page = page;
      const { location } = page.headers;
      if (page.status < 300 || page.status > 399 || location === undefined || redirects >= maxRedirects) return page;
      if (redirects >= MAX_REDIRECTS) throw new Error(`Too many redirects, the last to ${location}`);
      url = new URL(location, url);
      hops.push(url);
      if (page.status !== 307 && page.status !== 308) [method, fields] = ['GET', undefined];
    }
  }

  async #ask(url: URL, visit: Visit, site: string): Promise<Page> {
    const { method = 'GET', fields, from, headers = {} } = visit;
    this.history.push(url);
    const body = method === 'POST' ? new URLSearchParams(fields).toString() : undefined;
    const cookie = this.cookies.header({ url, method, isCrossSite: site === 'cross-site' });
    const response = await this.#send(url, body, {
      method,
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'user-agent': this.#userAgent,
        'sec-fetch-site': site,
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(method === 'POST' && from ? { origin: from.origin } : {}),
        ...headers,
      },
    });
    this.cookies.store(url, response.headers['set-cookie'] ?? []);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    return { url, status: response.statusCode ?? 0, headers: response.headers, text };
  }

  #send(
    url: URL,
    body: string | undefined,
    { method, headers }: { method: string; headers: Record<string, string> },
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? tlsRequest : request;
      const sent = send(
        url,
        { method, headers, agent: false, timeout: TIMEOUT_MS, ...(this.#caPem ? { ca: this.#caPem } : {}) },
        resolve,
      );
      sent.on('timeout', () => sent.destroy(new Error(`No answer from ${url.href}`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** The value of `Sec-Fetch-Site`: what the whole chain of redirects is to whoever began it. */
function siteOf(from: URL | undefined, hops: readonly URL[]): string {
  if (!from) return 'none';
  if (hops.every((url) => url.origin === from.origin)) return 'same-origin';
  return hops.every((url) => url.hostname === from.hostname) ? 'same-site' : 'cross-site';
}
