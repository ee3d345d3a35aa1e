import { request, Agent } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

/** An answer as it came over the wire. */
export interface RawAnswer {
  code: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  body: any; // oxlint-disable-line typescript/no-explicit-any -- tests read any part of any answer
}

/** What one request carries besides method and path. */
export interface RawRequest {
  body?: unknown;
  headers?: Record<string, string>;
  /** Default: the admin's token; '' sends none. */
  token?: string;
}

/** A watch whose events a test takes one by one. */
export interface RawWatch {
  /** The next event; rejects after `withinMs` (default 5 s) without one, or when the watch has ended. */
  next(withinMs?: number): Promise<{ type: string; object: any }>; // oxlint-disable-line typescript/no-explicit-any -- as above
  /** Resolves when the server ends the watch. */
  ended: Promise<void>;
  close(): void;
}

/** Plain HTTPS to the server under test, with nothing of our client in between. */
export class RawClient {
  readonly #server: { url: string; caPem: string; adminToken: string };
  readonly #agent: Agent;

  constructor(server: { url: string; caPem: string; adminToken: string }) {
    this.#server = server;
    this.#agent = new Agent({ ca: server.caPem, keepAlive: true });
  }

  /** Sends a request; a body that is not text or bytes is sent as JSON. */
  async send(method: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
    const response = await this.#open(method, path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    return { code: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) };
  }

  /** Opens a watch; `path` has its query. */
  async watch(path: string, options: RawRequest = {}): Promise<RawWatch> {
    const response = await this.#open('GET', path, options);
    const lines = createInterface({ input: response });
    const iterator = lines[Symbol.asyncIterator]();
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    return {
      next: async (withinMs = 5000) => {
        const line = await Promise.race([iterator.next(), late(withinMs)]);
        if (line.done === true) throw new Error('the watch has ended');
        return JSON.parse(line.value) as { type: string; object: unknown };
      },
      ended,
      close: () => response.destroy(),
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #open(method: string, path: string, options: RawRequest): Promise<IncomingMessage> {
    const token = options.token ?? this.#server.adminToken;
    const body = options.body === undefined ? undefined : toBytes(options.body);
    const headers: Record<string, string> = {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
      ...options.headers,
    };
    return await new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#server.url), { method, headers, agent: this.#agent }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function late(ms: number): Promise<never> {
  return await new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no event within ${ms} ms`)), ms).unref();
  });
}
