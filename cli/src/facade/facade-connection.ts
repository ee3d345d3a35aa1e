import { CodedError } from '@nannyapi/process';
import { Agent, fetch, type Response } from 'undici';
import { facadeError } from './facade-error.ts';

/** Where a facade is, whom it is believed, and how to be let in. */
export interface FacadeAccess {
  url: string;
  /** Its certificate authority; absent where it is one that this machine trusts anyway. */
  caPem?: string | undefined;
  /** Bearer token; absent for what needs none. */
  token?: string | undefined;
}

/** One request to a facade. */
export interface FacadeCall {
  signal: AbortSignal;
  method?: string;
  headers?: Record<string, string>;
  /** A string as it is, a form as one, anything else as JSON. */
  body?: string | URLSearchParams | object | undefined;
}

/** HTTP to one facade: each failure is a `CodedError`, with the code of the problem that it answered. */
export class FacadeConnection {
  readonly #access: FacadeAccess;
  readonly #dispatcher: Agent;

  constructor(access: FacadeAccess) {
    this.#access = access;
    // A run may be quiet for long: the stream has no deadline of its own, the signal ends it.
    this.#dispatcher = new Agent({
      connect: access.caPem === undefined ? {} : { ca: access.caPem },
      bodyTimeout: 0,
    });
  }

  /** @throws CodedError for all but success. */
  async call(path: string, call: FacadeCall): Promise<Response> {
    const response = await this.send(path, call);
    if (response.ok) return response;
    throw problemOf(response.status, await response.text());
  }

  /** Calls, and reads the JSON of the answer. */
  async json<T>(path: string, call: FacadeCall): Promise<T> {
    return (await (await this.call(path, call)).json()) as T;
  }

  /** Whatever was answered. @throws CodedError `FacadeUnreachable` when nothing was. */
  async send(path: string, { body, headers, ...call }: FacadeCall): Promise<Response> {
    const { url, token } = this.#access;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      return await fetch(new URL(path, url), {
        ...call,
        ...encode(body),
        headers: { ...encode(body).headers, ...headers, ...authorization },
        dispatcher: this.#dispatcher,
      });
    } catch (error) {
      call.signal.throwIfAborted();
      throw unreachable(url, error);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

function encode(body: FacadeCall['body']): { body?: string; headers?: Record<string, string> } {
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  if (body instanceof URLSearchParams)
    return { body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** A failure as an error of ours: a problem (RFC 9457), or an error of OAuth (RFC 6749 §5.2). */
function problemOf(status: number, text: string): CodedError {
  const problem = parse(text);
  return new CodedError({
    code: problem.code ?? problem.error ?? 'Unknown',
    status,
    message: problem.detail ?? problem.error_description ?? problem.title ?? `the facade answered ${status}`,
  });
}

function parse(text: string): {
  code?: string;
  title?: string;
  detail?: string;
  error?: string;
  error_description?: string;
} {
  try {
    return JSON.parse(text) as object;
  } catch {
    // Something in between answered, such as a proxy; its status tells more than its page.
    return {};
  }
}

/** What a person can do about it depends on why; undici hides that one level down. */
function unreachable(url: string, error: unknown): CodedError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = cause instanceof Error ? cause.message : String(cause);
  const remedy = isTrustProblem(code) ? '; give --ca-file or --ca-fingerprint of its authority' : '';
  return facadeError('FacadeUnreachable', `${url} cannot be reached: ${why}${remedy}`, error);
}

function isTrustProblem(code: string): boolean {
  return /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}
