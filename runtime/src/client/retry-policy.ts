import { KubeApiError } from './kube-api-error.ts';

/** Tries of one read, the first included. */
const MAX_TRIES = 6;
/** Bounds of the delay before the second and before the last try, in milliseconds. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 3_000;

/** HTTP statuses after which the same read may well succeed; 503 is also that of a lost connection. */
const TRANSIENT_STATUS = new Set([429, 500, 502, 503, 504]);

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
 * Only GETs are repeated. The delay doubles, is at least what the server asks for, and is spread
 * over its upper half so that many clients do not come back in step.
 *
 * @param random a number in [0, 1).
 */
export function retryDelayMs(failed: FailedTry, random: number): number | undefined {
  const { method, error, tries } = failed;
  if (method !== 'GET' || tries >= MAX_TRIES || !(error instanceof KubeApiError)) return undefined;
  if (!TRANSIENT_STATUS.has(error.status)) return undefined;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), MAX_DELAY_MS) * (0.5 + random / 2);
  return Math.max(delayMs, (error.retryAfterSeconds ?? 0) * 1000);
}
