import type { IncomingMessage } from 'node:http';
import { CodedError, withDeadline, type Clock } from '@nannyapi/process';
import type { Credentials } from './credentials.ts';
import { readJson } from './read-answer.ts';
import type { Transport } from './transport.ts';

const DEADLINE_MS = 20_000;
/** A stale nonce and a token that ended meanwhile may both come in the way of one request. */
const MAX_TRIES = 3;

/** Where and how to reach the control plane. */
export interface HttpClientOptions {
  /** Base address; https only. */
  url: URL;
  transport: Transport;
  credentials: Credentials;
  clock: Clock;
}

/** One request. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /** Sent as JSON, unless it is bytes. */
  body?: object;
  contentType?: string;
  signal: AbortSignal;
}

/**
 * Requests of the agent protocol, each proved by its credentials.
 *
 * @throws CodedError with the control plane's own code; `ConnectionFailed` (status 0) when there was no answer.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Base address of the control plane. */
  get url(): URL {
    return this.#options.url;
  }

  /** Sends a request and reads the answer as JSON; `undefined` for an empty one. */
  async send({ body, contentType, ...call }: HttpRequest): Promise<unknown> {
    using deadline = withDeadline(DEADLINE_MS, { signal: call.signal, clock: this.#options.clock });
    const payload = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type = payload === undefined ? {} : { 'content-type': contentType ?? 'application/json' };
    const headers = { accept: 'application/json', ...type };
    return readJson(await this.#open({ ...call, signal: deadline.signal, headers, payload }));
  }

  /** Opens a stream on a connection of its own; the caller reads and destroys it. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    using deadline = withDeadline(DEADLINE_MS, { signal, clock: this.#options.clock });
    const headers = { accept: 'text/event-stream' };
    return this.#open({ method: 'GET', path, signal: deadline.signal, headers, isStream: true });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#options.transport.close();
  }

  async #open({ path, headers, ...call }: OpenCall): Promise<IncomingMessage> {
    const { url: base, credentials, transport } = this.#options;
    const url = new URL(path, base);
    for (let attempt = 1; ; attempt += 1) {
      const proof = await credentials.headersFor({ method: call.method, url }, call.signal);
      const response = await transport.send({ ...call, url, headers: { ...headers, ...proof } });
      const isWorthAnotherTry = credentials.hear(response, proof);
      if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) return response;
      if (!isWorthAnotherTry || attempt === MAX_TRIES) throw await problemOf(response);
      response.resume();
    }
  }
}

interface OpenCall extends Pick<HttpRequest, 'method' | 'path' | 'signal'> {
  headers: Readonly<Record<string, string>>;
  payload?: Uint8Array | undefined;
  isStream?: boolean;
}

/** An error answer as RFC 9457 has it; a proxy in between may answer with something else. */
async function problemOf(response: IncomingMessage): Promise<CodedError> {
  const status = response.statusCode ?? 0;
  const body = await readJson(response).catch(() => undefined);
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return new CodedError({
    code: text(problem.code) ?? `Http${status}`,
    message: text(problem.detail) ?? text(problem.title) ?? `The control plane answered ${status}`,
    status,
  });
}
