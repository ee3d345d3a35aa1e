import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test says the next request must be. */
export interface ExpectedRequest {
  method: string;
  path: string;
  /** All query parameters and no others; a RegExp checks a value's form. Default: none. */
  query?: Record<string, string | RegExp>;
}

const WAIT_MS = 5_000;

/**
 * A loopback API server that does nothing by itself: the test takes each request, checks it, and answers.
 *
 * Requests that no test takes make `close` throw.
 */
export class ScriptedApiServer {
  readonly #server: Server;
  readonly #arrived: Exchange[] = [];
  readonly #takers: ((exchange: Exchange) => void)[] = [];
  /** Sockets ever accepted. */
  connections = 0;
  /** Whether watches with initial events reach the test; otherwise they are refused, as by a server that has none. */
  servesInitialEvents = false;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(port = 0): Promise<ScriptedApiServer> {
    const scripted = new ScriptedApiServer();
    await new Promise<void>((resolve) => {
      scripted.#server.listen(port, '127.0.0.1', resolve);
    });
    return scripted;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The next request, which must be the expected one. */
  async take(expected: ExpectedRequest): Promise<Exchange> {
    const exchange = this.#arrived.shift() ?? (await this.#next(expected));
    exchange.check(expected);
    return exchange;
  }

  /** How many requests nobody has taken yet. */
  get untaken(): number {
    return this.#arrived.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
    if (this.#arrived.length > 0) {
      throw new Error(`Nobody expected ${this.#arrived.map(({ method, url }) => `${method} ${url.href}`).join(', ')}`);
    }
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = await Exchange.read(request, response);
    if (!this.servesInitialEvents && exchange.url.searchParams.has('sendInitialEvents')) {
      exchange.status(422, 'Invalid');
      return;
    }
    const taker = this.#takers.shift();
    if (taker) taker(exchange);
    else this.#arrived.push(exchange);
  }

  #next(expected: ExpectedRequest): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const taker = (exchange: Exchange): void => {
        clearTimeout(timer);
        resolve(exchange);
      };
      const timer = setTimeout(() => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        reject(new Error(`No request came; expected ${expected.method} ${expected.path}`));
      }, WAIT_MS);
      this.#takers.push(taker);
    });
  }
}

/** One request and its answer. */
export class Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly #response: ServerResponse;

  private constructor(request: IncomingMessage, response: ServerResponse, text: string) {
    this.method = request.method ?? '';
    this.url = new URL(request.url ?? '', 'http://scripted');
    this.headers = request.headers;
    this.body = text === '' ? undefined : JSON.parse(text);
    this.#response = response;
  }

  static async read(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return new Exchange(request, response, Buffer.concat(chunks).toString());
  }

  /** Throws unless the request is the expected one. */
  check(expected: ExpectedRequest): void {
    const query = Object.fromEntries(this.url.searchParams);
    const wanted = expected.query ?? {};
    const isSame =
      this.method === expected.method &&
      this.url.pathname === expected.path &&
      Object.keys({ ...query, ...wanted }).every((name) => matches(query[name], wanted[name]));
    if (isSame) return;
    const wantedText = Object.entries(wanted).map(([name, value]) => `${name}=${String(value)}`);
    throw new Error(
      `Got ${this.method} ${this.url.pathname}${this.url.search}, ` +
        `expected ${expected.method} ${expected.path}?${wantedText.join('&')}`,
    );
  }

  json(status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.#response.end(JSON.stringify(body));
  }

  text(status: number, body: string): void {
    this.#response.writeHead(status, { 'content-type': 'text/plain' });
    this.#response.end(body);
  }

  /** A Kubernetes Status. */
  status(code: number, reason: string, extra: object = {}): void {
    this.json(code, statusBody(code, reason, extra));
  }

  list(resourceVersion: string, items: object[], next?: string): void {
    this.json(200, { kind: 'WidgetList', apiVersion: 'v1', metadata: { resourceVersion, continue: next }, items });
  }

  /** Begins a watch; {@link send} and {@link write} go on with it. */
  stream(): this {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    return this;
  }

  send(type: string, object: object): this {
    return this.write(`${JSON.stringify({ type, object })}\n`);
  }

  write(text: string): this {
    this.#response.write(text);
    return this;
  }

  /** Ends the answer in good order. */
  end(): void {
    this.#response.end();
  }

  /** Cuts the connection. */
  reset(): void {
    this.#response.socket?.resetAndDestroy();
  }

  /** Resolves when the client has closed the connection. */
  async closed(): Promise<void> {
    if (this.#response.closed) return;
    await new Promise((resolve) => {
      this.#response.once('close', resolve);
    });
  }
}

/** The body of a Kubernetes Status. */
export function statusBody(code: number, reason: string, extra: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason} it is`, ...extra };
}

function matches(value: string | undefined, wanted: string | RegExp | undefined): boolean {
  return wanted instanceof RegExp ? value !== undefined && wanted.test(value) : value === wanted;
}
