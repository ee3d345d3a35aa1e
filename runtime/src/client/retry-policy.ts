import { KubeApiError } from './kube-api-error.ts';

/** Tries of one request, the first included. */
const MAX_TRIES = 6;
/** Bounds of the delay before the second and before the last try, in milliseconds. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 3_000;

/** HTTP statuses after which the same read may well succeed; 503 is also that of a lost connection. */
const TRANSIENT_STATUS = new Set([429, 500, 502, 503, 504]);
/** HTTP statuses that, with a Retry-After, say that the server did nothing yet. */
const TURNED_AWAY_STATUS = new Set([429, 503]);

/** A failed try of a request. */
export interface FailedTry {
  method: string;
  error: unknown;
  /** 1 for the first try. */
  tries: number;
}

/**
 * Milliseconds to wait before the next try, or `undefined` when there should be none.
 *
 * GETs are repeated after whatever may pass. Writes are repeated only when the server turned them away: 429 or 503 with
 * a Retry-After, by which the API server's flow control says that it did not begin (client-go does the same). The delay
 * doubles, is at least what the server asks for, and is spread over its upper half so that many clients do not come back
 * in step.
 *
 * @param random a number in [0, 1).
 */
export function retryDelayMs(failed: FailedTry, random: number): number | undefined {
  const { method, error, tries } = failed;
  if (tries >= MAX_TRIES || !(error instanceof KubeApiError) || !mayRepeat(method, error)) return undefined;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), MAX_DELAY_MS) * (0.5 + random / 2);
  return Math.max(delayMs, (error.retryAfterSeconds ?? 0) * 1000);
}

function mayRepeat(method: string, error: KubeApiError): boolean {
  if (method === 'GET') return TRANSIENT_STATUS.has(error.status);
  return TURNED_AWAY_STATUS.has(error.status) && error.retryAfterSeconds !== undefined;
}
