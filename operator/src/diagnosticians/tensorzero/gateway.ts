import { CodedError, errorMessage, withDeadline, type Clock, type Logger } from '@nannyapi/process';

/** What a {@link Gateway} needs. */
export interface GatewayDeps {
  url: string;
  apiKey?: string | undefined;
  timeoutSeconds: number;
  clock: Clock;
  log: Logger;
}

/** Waits before the second and the third try, in milliseconds. */
const RETRY_DELAYS_MS = [1_000, 4_000] as const;
/** Longest piece of the gateway's own words in an error. */
const MAX_TEXT_CHARS = 600;

/** One try that failed. */
interface Failure {
  message: string;
  isTransient: boolean;
  cause?: unknown;
}

/**
 * Calls a TensorZero gateway: JSON in and out, errors as `{"error": text}`.
 *
 * 408, 429, 5xx and broken connections are tried again, twice, with growing waits; 502 is what the gateway says when all its
 * variants failed, whatever the cause was. Everything else is a fault of ours or of its configuration, and is not.
 */
export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #base: string;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#base = deps.url.replace(/\/+$/, '');
  }

  /** @throws CodedError `GatewayFailed` with the gateway's own words; the signal's reason when it aborts. */
  async post(path: string, body: object, call: { signal: AbortSignal }): Promise<unknown> {
    const tries = RETRY_DELAYS_MS.length + 1;
    for (let number = 1; ; number += 1) {
      const outcome = await this.#try(path, body, call);
      if ('answer' in outcome) return outcome.answer;
      const delayMs = outcome.isTransient ? RETRY_DELAYS_MS[number - 1] : undefined;
      if (delayMs === undefined) {
        const after = number > 1 ? ` (${number} of ${tries} tries)` : '';
        throw new CodedError({
          code: 'GatewayFailed',
          message: `${outcome.message}${after}`,
          status: 502,
          cause: outcome.cause,
        });
      }
      this.#deps.log.warn({ try: number, delayMs, problem: outcome.message }, 'Gateway call failed; trying again');
      // Runs that failed together do not come back together.
      await this.#deps.clock.sleep(delayMs * (0.75 + Math.random() * 0.5), call);
    }
  }

  async #try(path: string, body: object, call: { signal: AbortSignal }): Promise<{ answer: unknown } | Failure> {
    const { apiKey, timeoutSeconds, clock } = this.#deps;
    using deadline = withDeadline(timeoutSeconds * 1000, { signal: call.signal, clock });
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
        body: JSON.stringify(body),
        signal: deadline.signal,
      });
      const text = await response.text();
      if (response.ok) return parse(text, this.#base);
      const isTransient = response.status === 408 || response.status === 429 || response.status >= 500;
      return { message: `the gateway at ${this.#base} answered ${response.status}: ${wordsOf(text)}`, isTransient };
    } catch (cause) {
      call.signal.throwIfAborted();
      const isLate = deadline.signal.aborted;
      const what = isLate ? `did not answer within ${timeoutSeconds} s` : `cannot be reached: ${rootMessage(cause)}`;
      // A call that was late may still be running and be paid for; another one would double that.
      return { message: `the gateway at ${this.#base} ${what}`, isTransient: !isLate, cause };
    }
  }
}

function parse(text: string, base: string): { answer: unknown } | Failure {
  try {
    return { answer: JSON.parse(text) };
  } catch (cause) {
    return { message: `the gateway at ${base} answered 200 with no JSON: ${wordsOf(text)}`, isTransient: false, cause };
  }
}

/** The gateway's own words: its `error` text if there is one. */
function wordsOf(text: string): string {
  let words = text;
  try {
    const body = JSON.parse(text) as { error?: unknown };
    if (typeof body.error === 'string') words = body.error;
  } catch {
    // Not every proxy on the way answers in JSON; its text is all there is to tell.
  }
  const line = words.replaceAll(/\s+/gu, ' ').trim();
  return line.length > MAX_TEXT_CHARS ? `${line.slice(0, MAX_TEXT_CHARS)}…` : line || 'no text';
}

/** fetch says only "fetch failed"; what failed is its cause. */
function rootMessage(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errorMessage(cause ?? error);
}
