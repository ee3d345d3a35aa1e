import { request } from 'node:https';

/** An answer, its body parsed when it is JSON. */
export interface Answer {
  status: number;
  cookies: string[];
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
}

interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A person at a portal, as a browser of theirs or a program with their token would call it. */
export class Person {
  readonly #url: string;
  readonly #caPem: string;
  readonly #credential: Record<string, string>;

  private constructor(place: { url: string; caPem: string }, credential: Record<string, string>) {
    this.#url = place.url;
    this.#caPem = place.caPem;
    this.#credential = credential;
  }

  /** Somebody who has a bearer token. */
  static withToken(place: { url: string; caPem: string }, token: string): Person {
    return new Person(place, { authorization: `Bearer ${token}` });
  }

  /** Follows a one-time link; `undefined` when it is not good. */
  static async byLink(place: { url: string; caPem: string }, link: string): Promise<Person | undefined> {
    const nobody = new Person(place, {});
    const token = new URL(link).searchParams.get('token') ?? '';
    const answer = await nobody.call('/login/link', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: place.url },
      body: new URLSearchParams({ token }).toString(),
    });
    const cookie = answer.cookies.find((each) => each.startsWith('__Host-nannyapi='))?.split(';')[0];
    if (cookie === undefined) return undefined;
    const loggedIn = new Person(place, { cookie });
    const page = await loggedIn.call('/sessions');
    const csrf = /name="csrf" value="([^"]+)"/.exec(String(page.body))?.[1] ?? '';
    return new Person(place, { cookie, 'x-csrf-token': csrf, origin: place.url });
  }

  /** What proves this person; secret. */
  get credential(): string {
    return (
      this.#credential['cookie']?.split('=').slice(1).join('=') ?? this.#credential['authorization']?.slice(7) ?? ''
    );
  }

  /** Sends JSON to the REST API. */
  send(method: string, path: string, body?: object): Promise<Answer> {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.call(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  call(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = { method, ca: this.#caPem, headers: { ...this.#credential, ...headers }, timeout: 30_000 };
    const call = request(new URL(path, this.#url), options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
        const cookies = response.headers['set-cookie'] ?? [];
        resolve({ status: response.statusCode ?? 0, cookies, body: isJson ? JSON.parse(text) : text });
      });
    });
    call.on('timeout', () => call.destroy(new Error(`${method} ${path} was not answered`)));
    call.on('error', reject);
    call.end(body);
    return promise;
  }
}
