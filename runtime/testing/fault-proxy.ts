import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { readLines } from '../src/client/watch-stream.ts';
import { statusBody } from './scripted-api-server.ts';
import { FaultyWatch, type WatchFault, type WatchLine } from './watch-fault.ts';

/** A request on its way to the server. */
export interface ProxiedRequest {
  method: string;
  url: URL;
  isWatch: boolean;
  /** A watch that goes on from a version. */
  isResumption: boolean;
  authorization: string | undefined;
}

/** What happens to one request. */
export type Fault =
  | { kind: 'Answer'; status: number; reason: string; retryAfterSeconds?: number }
  /** The connection is cut before the server hears of it, or, for `ResetAfter`, after it has acted. */
  | { kind: 'Reset' | 'ResetAfter' }
  /** No byte ever comes. */
  | { kind: 'Stall' }
  /** The list as it was the first time that it was asked for: another replica's, which lags behind. */
  | { kind: 'StaleList' }
  | { kind: 'Watch'; fault: WatchFault };

/** What a {@link FaultProxy} stands before. */
export interface ProxyTarget {
  url: string;
  caPem: string;
  /** Sent in place of what the client sent. */
  adminToken: string;
}

/** A certificate and its key, PEM. */
export interface ProxyCertificate {
  certPem: string;
  keyPem: string;
}

/** A real HTTP(S) proxy between a client and an API server, which does to each request what the test decides. */
export class FaultProxy {
  readonly #server: Server | HttpsServer;
  readonly #upstream: Agent;
  readonly #target: ProxyTarget;
  readonly #firstLists = new Map<string, string>();
  readonly #watches = new Set<FaultyWatch>();
  #expiresNextWatch = false;
  /** Decides for each request; `undefined` lets it pass. */
  decide: (request: ProxiedRequest) => Fault | undefined = () => undefined;
  /** At most so many objects a page, whatever the client asks for. */
  maxPage: number | undefined;

  private constructor(target: ProxyTarget, certificate: ProxyCertificate | undefined) {
    this.#target = target;
    this.#upstream = new Agent({ connect: { ca: target.caPem }, bodyTimeout: 0, headersTimeout: 0 });
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      // What fails here is a connection that one of the two ends gave up; the other end is told so.
      this.#handle(request, response).catch(() => response.destroy());
    };
    this.#server = certificate
      ? createHttpsServer({ cert: certificate.certPem, key: certificate.keyPem }, handle)
      : createHttpServer(handle);
  }

  /** @param certificate makes it an HTTPS server. */
  static async start(target: ProxyTarget, certificate?: ProxyCertificate): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, certificate);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    const scheme = this.#server instanceof HttpsServer ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on no request goes wrong; what stalls goes on to stall, and history that is gone stays gone. */
  calm(): void {
    this.decide = () => undefined;
    for (const watch of this.#watches) watch.calm();
  }

  /** Cuts all connections. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  /** Presents another certificate to connections that come from now on. */
  present({ certPem, keyPem }: ProxyCertificate): void {
    if (this.#server instanceof HttpsServer) this.#server.setSecureContext({ cert: certPem, key: keyPem });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
    await this.#upstream.destroy();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const proxied = readRequest(request);
    if (this.maxPage !== undefined && proxied.url.searchParams.has('limit')) {
      proxied.url.searchParams.set('limit', String(this.maxPage));
    }
    const fault = this.#faultFor(proxied);
    if (fault?.kind === 'Stall') return;
    if (fault?.kind === 'Reset') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'Answer') return refuse(response, fault);
    const answer = await this.#forward(request, response, proxied);
    if (proxied.isWatch && answer.statusCode === 200) {
      await this.#relay(answer, response, fault?.kind === 'Watch' ? fault.fault : {});
      return;
    }
    const text = await answer.body.text();
    if (fault?.kind === 'ResetAfter') return void request.socket.resetAndDestroy();
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
    response.end(fault?.kind === 'StaleList' ? this.#firstList(proxied, text) : text);
  }

  #faultFor(proxied: ProxiedRequest): Fault | undefined {
    if (this.#expiresNextWatch && proxied.isResumption) {
      this.#expiresNextWatch = false;
      return { kind: 'Answer', status: 410, reason: 'Expired' };
    }
    return this.decide(proxied);
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { url }: ProxiedRequest,
  ): Promise<Dispatcher.ResponseData> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const contentType = request.headers['content-type'];
    return this.#upstream.request({
      origin: this.#target.url,
      path: url.pathname + url.search,
      method: request.method as Dispatcher.HttpMethod,
      headers: {
        authorization: `Bearer ${this.#target.adminToken}`,
        ...(contentType ? { 'content-type': contentType } : {}),
      },
      body: chunks.length > 0 ? Buffer.concat(chunks) : null,
      signal: gone.signal,
    });
  }

  async #relay(answer: Dispatcher.ResponseData, response: ServerResponse, fault: WatchFault): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = new FaultyWatch(fault, response, () => (this.#expiresNextWatch = true));
    this.#watches.add(watch);
    try {
      for await (const text of readLines(answer.body)) watch.take(readWatchLine(text));
      watch.end();
    } finally {
      this.#watches.delete(watch);
    }
  }

  #firstList({ url }: ProxiedRequest, text: string): string {
    const first = this.#firstLists.get(url.href) ?? text;
    this.#firstLists.set(url.href, first);
    return first;
  }
}

function readRequest(request: IncomingMessage): ProxiedRequest {
  const url = new URL(request.url ?? '', 'http://proxied');
  const isWatch = url.searchParams.get('watch') === 'true';
  return {
    method: request.method ?? '',
    url,
    isWatch,
    isResumption: isWatch && url.searchParams.has('resourceVersion'),
    authorization: request.headers.authorization,
  };
}

function refuse(response: ServerResponse, { status, reason, retryAfterSeconds }: Fault & { kind: 'Answer' }): void {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(statusBody(status, reason)));
}

function readWatchLine(text: string): WatchLine {
  const { type, object } = JSON.parse(text) as {
    type: string;
    object: { metadata?: { namespace?: string; name?: string } };
  };
  const { namespace, name } = object.metadata ?? {};
  return { text, type, key: type === 'BOOKMARK' ? '' : `${namespace}/${name}` };
}
