import { abortReason, type Clock, type Timer } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import { Lanes, type Priority } from './lanes.ts';
import { RateLimiter } from './rate-limiter.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';
import { createWorkQueueMetrics, type WorkQueueMetrics } from './work-queue-metrics.ts';

/** What a {@link WorkQueue} needs. */
export interface WorkQueueOptions {
  /** Name in metrics. */
  name: string;
  clock: Clock;
  /** Delays of single keys that fail. */
  limiter?: RateLimiter | undefined;
  /** The limit on retries of all keys together. Default 10 a second after a burst of 100, as in client-go. */
  retries?: TokenBucketOptions | undefined;
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
 *
 * A key that comes again stands at the end, so that one that changes all the time takes turns with the others.
 */
export class WorkQueue {
  /** Keys in the order in which workers get them. Each is in `dirty` and none is in `processing`. */
  readonly #queue = new Lanes();
  /** Keys that need work: those of the queue, and those being processed that changed meanwhile. */
  readonly #dirty = new Map<string, Priority>();
  /** Keys that a worker holds, by the time it took them. One that is dirty too returns to the queue when done. */
  readonly #processing = new Map<string, number>();

  /** Keys to be added later, each with its earliest wish only. */
  readonly #delayed = new Map<string, { dueMs: number; timer: Timer }>();
  /** Workers that wait for a key, in the order in which they came. */
  readonly #waiters = new Set<Waiter>();
  readonly #addedMs = new Map<string, number>();
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  readonly #retries: TokenBucket;
  readonly #metrics: WorkQueueMetrics;
  readonly #stopWatch: () => void;
  readonly #drained = Promise.withResolvers<void>();
  #isShutDown = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#limiter = options.limiter ?? new RateLimiter();
    this.#retries = new TokenBucket(options.retries ?? { perSecond: 10, burst: 100 }, options.clock);
    this.#metrics = createWorkQueueMetrics(options.name, options.registry);
    this.#stopWatch = this.#metrics.watch(() => this.workedSeconds());
  }

  /** Keys that wait for a worker. */
  get length(): number {
    return this.#queue.size;
  }

  /** Seconds that each key now worked on has taken so far, in no order. */
  workedSeconds(): number[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#processing.values()].map((startMs) => (nowMs - startMs) / 1000);
  }

  /** Says that a key needs work. */
  add(key: string, priority: Priority = 'normal'): void {
    if (this.#isShutDown) return;
    const present = this.#dirty.get(key);
    if (present === 'normal' || present === priority) return;
    this.#dirty.set(key, priority);
    if (!present) {
      this.#addedMs.set(key, this.#clock.monotonicMs());
      this.#metrics.added();
    }
    if (!this.#processing.has(key)) this.#enqueue(key, priority);
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

  /** Adds a key after its next back-off delay, or when the retries of all keys together allow it, if that is later. */
  addRateLimited(key: string): void {
    this.#metrics.retried();
    this.addAfter(key, Math.max(this.#limiter.next(key), this.#retries.take()));
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
    const next = this.#queue.take();
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
    const priority = this.#dirty.get(key);
    if (priority) this.#enqueue(key, priority);
    this.#settle();
  }

  /** Takes no more keys and drops the delayed ones; what is queued can still be got. */
  shutDown(): void {
    this.#isShutDown = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    for (const waiter of this.#waiters) waiter.resolve(undefined);
    this.#waiters.clear();
    this.#settle();
  }

  /** Shuts down, and resolves when all that is queued or worked on is done. */
  shutDownWithDrain(): Promise<void> {
    this.shutDown();
    return this.#drained.promise;
  }

  #settle(): void {
    if (!this.#isShutDown || this.#processing.size > 0 || this.#queue.size > 0) return;
    this.#stopWatch();
    this.#drained.resolve();
  }

  #enqueue(key: string, priority: Priority): void {
    const [waiter] = this.#waiters;
    if (waiter) {
      this.#waiters.delete(waiter);
      waiter.resolve(this.#take(key));
    } else {
      this.#queue.add(key, priority);
    }
    this.#metrics.depth(this.#queue.size);
  }

  #take(key: string): string {
    const nowMs = this.#clock.monotonicMs();
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
