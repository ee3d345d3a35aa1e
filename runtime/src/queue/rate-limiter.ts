/** Bounds of a {@link RateLimiter}. */
export interface RateLimiterOptions {
  /** Delay after the first failure, in milliseconds. Default 5. */
  baseDelayMs?: number | undefined;
  /** Longest delay, in milliseconds. Default 120,000. */
  maxDelayMs?: number | undefined;
}

/** Growing delays per key: each failure of a key doubles its next delay, and only its own. */
export class RateLimiter {
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #failures = new Map<string, number>();

  constructor(options: RateLimiterOptions = {}) {
    this.#baseDelayMs = options.baseDelayMs ?? 5;
    this.#maxDelayMs = options.maxDelayMs ?? 120_000;
  }

  /** Counts one failure and gives the milliseconds to wait for it. */
  next(key: string): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.min(this.#baseDelayMs * 2 ** failures, this.#maxDelayMs);
  }

  /** Failures since the key was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends the key's row of failures. Every key must be forgotten at some time, or it stays in memory. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
