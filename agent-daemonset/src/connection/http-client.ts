import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { CodedError, withDeadline, type Clock } from '@nannyapi/process';
import type { BearerToken } from './bearer-token.ts';
import type { TrustedCertificates } from './trusted-certificates.ts';

/** Answers larger than this are none of ours. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const DEADLINE_MS = 20_000;

/** Where and how to reach the control plane. */
export interface HttpClientOptions {
  /** Base address; https only. */
  url: URL;
  /** Certificates to trust; the system's own when absent. */
  trust?: TrustedCertificates;
  /** Name that the server's certificate must bear, where it is not that of the address. */
  tlsServerName?: string;
  token: BearerToken;
  userAgent: string;
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
 * Requests over node:https with connections that are kept. No undici: fetch would cost the agent a third of its memory.
 *
 * @throws CodedError with the control plane's own code; `ConnectionFailed` (status 0) when there was no answer.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #kept: { agent: Agent; caPem: string | undefined } | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Sends a request and reads the answer as JSON; `undefined` for an empty one. */
  async send({ body, ...call }: HttpRequest): Promise<unknown> {
    using deadline = withDeadline(DEADLINE_MS, { signal: call.signal, clock: this.#options.clock });
    const payload = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const agent = await this.#keptAgent();
    const response = await this.#open({ ...call, signal: deadline.signal, agent }, payload);
    return readAnswer(response);
  }

  /** Opens a stream on a connection of its own; the caller reads and destroys it. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    using deadline = withDeadline(DEADLINE_MS, { signal, clock: this.#options.clock });
    const caPem = await this.#options.trust?.read();
    const options = {
      method: 'GET' as const,
      path,
      signal: deadline.signal,
      agent: new Agent({ keepAlive: false, ...(caPem === undefined ? {} : { ca: caPem }) }),
    };
    return this.#open({ ...options, accept: 'text/event-stream' });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#kept?.agent.destroy();
  }

  /** Connections stay with the certificates they were made under; other certificates mean other connections. */
  async #keptAgent(): Promise<Agent> {
    const caPem = await this.#options.trust?.read();
    if (this.#kept && this.#kept.caPem === caPem) return this.#kept.agent;
    this.#kept?.agent.destroy();
    const ca = caPem === undefined ? {} : { ca: caPem };
    const agent = new Agent({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1, timeout: 60_000, ...ca });
    this.#kept = { agent, caPem };
    return agent;
  }

  async #open(
    call: Omit<HttpRequest, 'body'> & { agent: Agent; accept?: string },
    payload?: Uint8Array,
  ): Promise<IncomingMessage> {
    const { url, token, userAgent, tlsServerName } = this.#options;
    const options: RequestOptions = {
      method: call.method,
      agent: call.agent,
      signal: call.signal,
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      headers: {
        authorization: `Bearer ${await token.read()}`,
        accept: call.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(payload
          ? { 'content-type': call.contentType ?? 'application/json', 'content-length': payload.length }
          : {}),
      },
    };
    const outgoing = request(new URL(call.path, url), options);
    outgoing.end(payload);
    const response = await answerTo(outgoing, call.signal);
    if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) return response;
    if (response.statusCode === 401) token.forget();
    throw await problemOf(response);
  }
}

async function answerTo(outgoing: ReturnType<typeof request>, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  } catch (cause) {
    // A signal's own reason says more than the AbortError that Node makes of it.
    if (signal.aborted && signal.reason instanceof CodedError && signal.reason.code !== 'DeadlineExceeded')
      throw signal.reason;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError({
      code: 'ConnectionFailed',
      message: `No answer from the control plane: ${detail}`,
      status: 0,
      cause,
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const text = await readText(response);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CodedError({ code: 'BadAnswer', message: 'The control plane answered with no JSON', status: 0, cause });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES) throw new RangeError(`The answer is larger than ${MAX_ANSWER_BYTES} bytes`);
      pieces.push(piece);
    }
  } catch (cause) {
    throw new CodedError({ code: 'ConnectionFailed', message: 'The answer broke off', status: 0, cause });
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** An error answer as RFC 9457 has it; a proxy in between may answer with something else. */
async function problemOf(response: IncomingMessage): Promise<CodedError> {
  const status = response.statusCode ?? 0;
  const body = await readAnswer(response).catch(() => undefined);
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return new CodedError({
    code: text(problem.code) ?? `Http${status}`,
    message: text(problem.detail) ?? text(problem.title) ?? `The control plane answered ${status}`,
    status,
  });
}
