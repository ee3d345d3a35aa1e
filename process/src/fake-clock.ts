import { sleepOn, type Clock, type Timer } from './clock.ts';

interface PendingTimer {
  dueMs: number;
  /** Order of creation, so that timers of the same instant fire in that order. */
  sequence: number;
  fn: () => void;
}

/**
 * A clock that moves only when told to. For tests.
 *
 * Both its wall clock and its monotonic clock advance together.
 */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  #sequence = 0;
  readonly #startTime: number;
  readonly #timers = new Set<PendingTimer>();

  /** @param start the first value of `now()`. */
  constructor(start: Date = new Date('2026-01-01T00:00:00Z')) {
    this.#startTime = start.getTime();
  }

  now(): Date {
    return new Date(this.#startTime + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void> {
    return sleepOn(this, ms, options?.signal);
  }

  setTimer(ms: number, fn: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, ms), sequence: this.#sequence++, fn };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers wait to fire. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer fires; `undefined` when none waits. */
  get nextTimerMs(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next && next.dueMs - this.#elapsedMs;
  }

  /**
   * Moves time forward and fires what falls due, in order.
   *
   * Between two timers all promises that can settle do so, hence a timer set by a woken task
   * fires in the same call when it falls due in it.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await settle();
    for (let timer = this.#next(endMs); timer; timer = this.#next(endMs)) {
      this.#elapsedMs = timer.dueMs;
      this.#timers.delete(timer);
      timer.fn();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  #next(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence)) {
        next = timer;
      }
    }
    return next;
  }
}

/** Lets every promise chain that waits for no I/O run to its end: macrotasks start only after all microtasks. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
