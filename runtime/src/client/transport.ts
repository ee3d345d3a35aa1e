import { abortable, type Clock, type Logger, withDeadline } from '@nannyapi/process';
import type { Dispatcher } from 'undici';
import type { ConnectionSource } from './connection.ts';
import { IdleSignal } from './idle-signal.ts';
import { KubeApiError, isKubeError } from './kube-api-error.ts';
import type { RequestMetrics } from './request-metrics.ts';
import type { Call, WatchCall } from './resource-client.ts';
import { retryDelayMs } from './retry-policy.ts';
import { errorOfAnswer } from './status-error.ts';

/** One request to the API server. */
export interface KubeRequest {
  method: string;
  /** Path from `/api` or `/apis` on, already escaped. */
  path: string;
  query?: Record<string, string | number | boolean | undefined> | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string | undefined;
}

/** What {@link Transport} needs. */
export interface TransportDeps {
  connections: ConnectionSource;
  userAgent: string;
  log: Logger;
  clock: Clock;
  metrics: RequestMetrics;
  /** Numbers in [0, 1) for the spread of retries. */
  random: () => number;
}

const DEFAULT_DEADLINE_MS = 30_000;
/** Time from a watch's request to its answer's header. */
const WATCH_OPEN_MS = 30_000;

type Body = Dispatcher.ResponseData['body'];

/** Sends requests, turns every failure into a KubeApiError, and repeats what may yet succeed and has not happened. */
export class Transport {
  readonly #deps: TransportDeps;
  #isClosed = false;

  constructor(deps: TransportDeps) {
    this.#deps = deps;
  }

  /** Whether {@link close} was called; what failed after that failed on purpose. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The parsed answer; `undefined` when it is empty. */
  async json(request: KubeRequest, call: Call = {}): Promise<unknown> {
    const { clock } = this.#deps;
    const deadlineMs = call.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const endMs = clock.monotonicMs() + deadlineMs;
    using deadline = withDeadline(deadlineMs, { signal: call.signal, clock });
    for (let tries = 1; ; tries++) {
      try {
        return await this.#attempt(request, deadline.signal, tries === 1);
      } catch (error) {
        const delayMs = retryDelayMs({ method: request.method, error, tries }, this.#deps.random());
        // A wait that outlives the deadline would only hide what went wrong.
        if (delayMs === undefined || clock.monotonicMs() + delayMs >= endMs || this.#isClosed) throw error;
        this.#deps.log.debug({ method: request.method, path: request.path, tries, delayMs, err: error }, 'Retrying');
        await this.#pause(delayMs, deadline.signal);
      }
    }
  }

  /**
   * The bytes of an answer as they come, for a watch.
   *
   * @throws KubeApiError `Timeout` after `call.idleTimeoutMs` without a byte.
   */
  async *stream(request: KubeRequest, call: WatchCall): AsyncGenerator<Uint8Array> {
    using idle = new IdleSignal(WATCH_OPEN_MS, { clock: this.#deps.clock, parent: call.signal });
    const { signal } = idle;
    try {
      const answer = await this.#send(request, signal);
      if (answer.statusCode >= 300) {
        const error = this.#errorOf(answer, await readText(answer.body, signal));
        if (error.status === 401) this.#deps.connections.invalidate('Refused');
        throw error;
      }
      idle.heardAndAllow(call.idleTimeoutMs ?? WATCH_OPEN_MS);
      for await (const chunk of answer.body) {
        idle.heard();
        yield chunk as Uint8Array;
      }
    } catch (error) {
      throw connectionError(error, signal);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#deps.connections.close();
  }

  async #attempt(request: KubeRequest, signal: AbortSignal, mayReauthenticate: boolean): Promise<unknown> {
    try {
      const answer = await this.#send(request, signal);
      const text = await readText(answer.body, signal);
      if (answer.statusCode >= 300) throw this.#errorOf(answer, text);
      return parseAnswer(text);
    } catch (error) {
      // Nothing was done under refused credentials, so a write may be repeated with new ones too.
      if (!mayReauthenticate || !isKubeError(error, 'Unauthorized')) throw error;
      this.#deps.connections.invalidate('Refused');
      return this.#attempt(request, signal, false);
    }
  }

  async #send(request: KubeRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const startMs = this.#deps.clock.monotonicMs();
    let code = '<error>';
    try {
      if (this.#isClosed) throw new Error('the client is closed');
      // An exec plug-in that hangs must not outlive the call.
      const connection = await abortable(this.#deps.connections.get(), signal);
      const answer = await connection.dispatcher.request({
        origin: connection.origin,
        path: connection.pathPrefix + request.path + queryString(request.query),
        method: request.method,
        headers: { ...connection.headers, ...this.#headers(request) },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
        // The call's own deadline bounds it.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      code = String(answer.statusCode);
      this.#logWarning(request, answer.headers.warning);
      return answer;
    } catch (error) {
      // Perhaps the server has a certificate of another authority now, which our files may know already.
      if (!signal.aborted) this.#deps.connections.invalidate('Unreachable');
      throw connectionError(error, signal);
    } finally {
      this.#deps.metrics.observe(request.method, code, (this.#deps.clock.monotonicMs() - startMs) / 1000);
    }
  }

  #headers(request: KubeRequest): Record<string, string> {
    // Compression costs both sides more time than a cluster's network takes for the plain text.
    const headers: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': this.#deps.userAgent,
    };
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    return headers;
  }

  #errorOf(answer: Dispatcher.ResponseData, body: string): KubeApiError {
    const retryAfter = answer.headers['retry-after'];
    return errorOfAnswer(
      { status: answer.statusCode, body, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter },
      this.#deps.clock.now(),
    );
  }

  /** The API server warns of deprecated versions and of fields it does not know. */
  #logWarning(request: KubeRequest, warning: string | string[] | undefined): void {
    if (warning) this.#deps.log.warn({ path: request.path, warning }, 'API server warned');
  }

  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.clock.sleep(delayMs, { signal });
    } catch (error) {
      throw connectionError(error, signal);
    }
  }
}

async function readText(body: Body, signal: AbortSignal): Promise<string> {
  try {
    return await body.text();
  } catch (error) {
    throw connectionError(error, signal);
  }
}

function parseAnswer(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeApiError({ code: 'ConnectionFailed', message: 'The answer is not JSON', status: 503, cause });
  }
}

/** What an error means that came without an answer of the API server. */
export function connectionError(error: unknown, signal: AbortSignal): KubeApiError {
  if (error instanceof KubeApiError) return error;
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    const isTimeout = reason instanceof Error && 'code' in reason && reason.code === 'DeadlineExceeded';
    return isTimeout
      ? new KubeApiError({ code: 'Timeout', message: 'No answer before the deadline', status: 504, cause: error })
      : new KubeApiError({ code: 'Aborted', message: 'The call was aborted', status: 499, cause: error });
  }
  return new KubeApiError({
    code: 'ConnectionFailed',
    message: `No answer from the API server: ${describe(error)}`,
    status: 503,
    cause: error,
  });
}

/** AggregateErrors of a failed connect have an empty message; their code says it all. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return [code, error.message].filter(Boolean).join(': ');
}

function queryString(query: KubeRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}
