import { abortReason, type Clock, type Timer } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import { RateLimiter } from './rate-limiter.ts';
import { createWorkQueueMetrics, type WorkQueueMetrics } from './work-queue-metrics.ts';

/** What a {@link WorkQueue} needs. */
export interface WorkQueueOptions {
  /** Name in metrics. */
  name: string;
  clock: Clock;
  limiter?: RateLimiter | undefined;
  registry?: Registry | undefined;
}

interface Waiter {
  resolve(key: string | undefined): void;
  reject(error: Error): void;
}

/**
 * Keys that need work, each at most once, and never at two workers at once.
 *
 * The design is that of client-go. A key moves so:
 *
 *                add                    get                 done
 *     (unknown) ─────► queue + dirty ─────► processing ─────────► (unknown)
 *                                            │  ▲                    ▲
 *                                       add  ▼  │ (dirty as well)    │ add meanwhile: back to the queue
 */
export class WorkQueue {
  /** Keys in the order in which workers get them. Each is in `dirty` and none is in `processing`. */
  readonly #queue = new Set<string>();
  /** Keys that need work: those of the queue, and those being processed that changed meanwhile. */
  readonly #dirty = new Set<string>();
  /** Keys that a worker holds, by the time it took them. One that is dirty too returns to the queue when done. */
  readonly #processing = new Map<string, number>();

  /** Keys to be added later, each with its earliest wish only. */
  readonly #delayed = new Map<string, { dueMs: number; timer: Timer }>();
  /** Workers that wait for a key, in the order in which they came. */
  readonly #waiters = new Set<Waiter>();
  readonly #addedMs = new Map<string, number>();
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  readonly #metrics: WorkQueueMetrics;
  #isShutDown = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#limiter = options.limiter ?? new RateLimiter();
    this.#metrics = createWorkQueueMetrics(options.name, options.registry);
  }

  /** Keys that wait for a worker. */
  get length(): number {
    return this.#queue.size;
  }

  /** Says that a key needs work. */
  add(key: string): void {
    if (this.#isShutDown || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    this.#addedMs.set(key, this.#clock.monotonicMs());
    this.#metrics.added();
    if (!this.#processing.has(key)) this.#enqueue(key);
  }

  /** Adds a key after so many milliseconds; of several wishes for a key the earliest holds. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isShutDown) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.monotonicMs() + delayMs;
    const present = this.#delayed.get(key);
    if (present && present.dueMs <= dueMs) return;
    present?.timer.cancel();
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueMs, timer });
  }

  /** Adds a key after its next back-off delay. */
  addRateLimited(key: string): void {
    this.#metrics.retried();
    this.addAfter(key, this.#limiter.next(key));
  }

  /** Ends the key's row of failures. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  /** Failures of the key in a row. */
  failures(key: string): number {
    return this.#limiter.failures(key);
  }

  /**
   * The next key, which the caller must hand back with {@link done}; `undefined` once the queue is shut down.
   *
   * @throws the signal's reason when it aborts first.
   */
  async get(call: { signal?: AbortSignal | undefined } = {}): Promise<string | undefined> {
    const { signal } = call;
    if (signal?.aborted) throw abortReason(signal);
    const [next] = this.#queue;
    if (next !== undefined) return this.#take(next);
    if (this.#isShutDown) return undefined;
    return this.#wait(signal);
  }

  /** Ends the work on a key. If it was added meanwhile it is queued again. */
  done(key: string): void {
    const startMs = this.#processing.get(key);
    if (startMs === undefined) return;
    this.#processing.delete(key);
    this.#metrics.worked((this.#clock.monotonicMs() - startMs) / 1000);
    if (this.#dirty.has(key)) this.#enqueue(key);
  }

  /** Takes no more keys and drops the delayed ones; what is queued can still be got. */
  shutDown(): void {
    this.#isShutDown = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    for (const waiter of this.#waiters) waiter.resolve(undefined);
    this.#waiters.clear();
  }

  #enqueue(key: string): void {
    this.#queue.add(key);
    const [waiter] = this.#waiters;
    if (waiter) {
      this.#waiters.delete(waiter);
      waiter.resolve(this.#take(key));
    }
    this.#metrics.depth(this.#queue.size);
  }

  #take(key: string): string {
    const nowMs = this.#clock.monotonicMs();
    this.#queue.delete(key);
    this.#dirty.delete(key);
    this.#processing.set(key, nowMs);
    this.#metrics.waited((nowMs - (this.#addedMs.get(key) ?? nowMs)) / 1000);
    this.#addedMs.delete(key);
    this.#metrics.depth(this.#queue.size);
    return key;
  }

  async #wait(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const waiter: Waiter = { resolve, reject };
    const onAbort = (): void => {
      // A waiter that is gone was given a key already; aborting it would lose that key.
      if (this.#waiters.delete(waiter)) reject(abortReason(signal));
    };
    this.#waiters.add(waiter);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
