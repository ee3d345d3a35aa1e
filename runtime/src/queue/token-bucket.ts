import type { Clock } from '@nannyapi/process';

/** The size of a {@link TokenBucket}. */
export interface TokenBucketOptions {
  /** Tokens that come back a second; above 0. */
  perSecond: number;
  /** Tokens that a full bucket holds, as it does at first; at least 1. */
  burst: number;
}

/**
 * A limit on how much happens over time, however many ask.
 *
 * Tokens may be taken ahead: who takes one that is not there yet is told how long to wait for it.
 */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #clock: Clock;
  #tokens: number;
  #countedMs: number;

  /** @throws RangeError for a size that lets nothing through. */
  constructor(options: TokenBucketOptions, clock: Clock) {
    if (!(options.perSecond > 0) || !(options.burst >= 1)) {
      throw new RangeError('A token bucket needs perSecond above 0 and burst of at least 1');
    }
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.burst;
    this.#countedMs = clock.monotonicMs();
  }

  /** Takes a token. @returns milliseconds until it is there; 0 when it is. */
  take(): number {
    this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#options.perSecond) * 1000;
  }

  /** Takes a token if one is there. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs();
    const { perSecond, burst } = this.#options;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#countedMs) / 1000) * perSecond);
    this.#countedMs = nowMs;
  }
}
