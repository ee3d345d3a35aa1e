import type { Clock } from '@nannyapi/process';
import { errorMessage } from '@nannyapi/process';
import type { InformerHealth } from './informer.ts';

/**
 * Silence after which an informer counts as stuck, in milliseconds.
 *
 * In the worst ordinary case a connection dies right after a bookmark: 90 s until that is noticed, 90 s more on a second
 * one that brings nothing, then a list, which has a minute.
 */
export const STUCK_AFTER_MS = 240_000;

/** When the API server last said something of an informer's objects, and what went wrong since. */
export class Contact {
  readonly #clock: Clock;
  #lastMs: number;
  #lastTime: Date | undefined;
  #failure: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.monotonicMs();
  }

  /** Waiting begins now; before it nobody expected a word. */
  begin(): void {
    this.#lastMs = this.#clock.monotonicMs();
  }

  /** A page, an event or a bookmark came. An answer's mere header proves nothing: a watch may be open and dead. */
  heard(): void {
    this.#lastMs = this.#clock.monotonicMs();
    this.#lastTime = this.#clock.now();
    this.#failure = undefined;
  }

  /** A list or a watch failed. */
  failed(error: unknown): void {
    this.#failure = error;
  }

  /** What follows from all that. */
  health(): InformerHealth {
    const silentMs = this.#clock.monotonicMs() - this.#lastMs;
    const lastContactTime = this.#lastTime;
    if (silentMs < STUCK_AFTER_MS) return { isHealthy: true, lastContactTime };
    const why = this.#failure === undefined ? '' : `; the last failure: ${errorMessage(this.#failure)}`;
    const message = `The API server has said nothing for ${Math.round(silentMs / 1000)} seconds${why}`;
    return { isHealthy: false, lastContactTime, message };
  }
}
