import type { Clock } from '@nannyapi/process';
import { BoundedMap, TokenBucket } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';

/** Wrong tokens that one address may send in {@link WINDOW_MS} before its unknown tokens are no longer looked at. */
export const MAX_WRONG_TOKENS = 30;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;
/** Unknown tokens of all addresses: a cluster of 5,000 agents comes back to a new replica within half a minute. */
const UNKNOWN_TOKENS = { perSecond: 200, burst: 1000 };

interface Guesses {
  wrong: number;
  sinceMs: number;
}

/**
 * Keeps a flood of wrong tokens from becoming a flood of questions to the API server.
 *
 * It counts only tokens that were never found good: who is known is never in the way of those who guess.
 */
export class ReviewLimit {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #guesses = new BoundedMap<Guesses>(MAX_ADDRESSES);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(UNKNOWN_TOKENS, clock);
  }

  /** Lets a question through. @throws ApiError `TooManyRequests`. */
  admit(address: string): void {
    const guesses = this.#guessesOf(address);
    if (guesses.wrong >= MAX_WRONG_TOKENS)
      throw new ApiError('TooManyRequests', `${MAX_WRONG_TOKENS} wrong tokens came from this address in a minute`, {
        retryAfterSeconds: (guesses.sinceMs + WINDOW_MS - this.#clock.monotonicMs()) / 1000,
      });
    if (!this.#bucket.tryTake())
      throw new ApiError('TooManyRequests', 'Too many unknown tokens came at once', { retryAfterSeconds: 2 });
  }

  /** A token from that address was wrong. */
  countWrong(address: string): void {
    const { wrong, sinceMs } = this.#guessesOf(address);
    this.#guesses.set(address, { wrong: wrong + 1, sinceMs });
  }

  #guessesOf(address: string): Guesses {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#guesses.get(address);
    return known && nowMs - known.sinceMs < WINDOW_MS ? known : { wrong: 0, sinceMs: nowMs };
  }
}
