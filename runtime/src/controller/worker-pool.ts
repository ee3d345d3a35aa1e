import type { Clock } from '@nannyapi/process';
import type { WorkQueue } from '../queue/work-queue.ts';

/** The work on one key, which is under way. */
export interface KeyWork {
  /** Aborts when the work must end. */
  signal: AbortSignal;
  /** Resolves when it has ended and its key was handed back; never rejects. */
  settled: Promise<void>;
}

/** What a {@link WorkerPool} needs. */
export interface WorkerPoolOptions {
  queue: WorkQueue;
  workers: number;
  /** How long work may go on after its signal aborted before its worker turns to other keys, in milliseconds. */
  graceMs: number;
  clock: Clock;
  /** Starts the work on a key, which the work hands back to the queue. */
  begin(key: string): KeyWork;
  /** Told when work is abandoned, and with fewer when such work ends after all. */
  onAbandoned(keys: readonly string[]): void;
}

/**
 * Workers that take keys until the queue is shut down, and that no single key can hold for ever.
 *
 * Nothing in JavaScript ends a promise from outside. Work that does not heed its signal is therefore abandoned: its
 * worker goes on, while its key stays taken, since two passes over one object must never run at once. As many pieces
 * of work may be abandoned as there are workers; with more the fault is no exception, and workers wait.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #abandoned = new Map<KeyWork, string>();

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Keys whose work does not heed its signal. */
  get abandoned(): string[] {
    return [...this.#abandoned.values()];
  }

  /** Resolves when every worker has seen the end of the queue; abandoned work may then still go on. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(stop)));
  }

  async #work(stop: AbortSignal): Promise<void> {
    const { queue, workers } = this.#options;
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      if (stop.aborted) {
        // Handed back unseen: whoever starts next looks at every object anyway.
        queue.done(key);
        continue;
      }
      const work = this.#options.begin(key);
      if (await this.#settlesInTime(work)) continue;
      this.#abandon(key, work);
      if (this.#abandoned.size > workers) await Promise.race([work.settled, aborted(stop)]);
    }
  }

  async #settlesInTime({ signal, settled }: KeyWork): Promise<boolean> {
    const { clock, graceMs } = this.#options;
    const { promise: overdue, resolve } = Promise.withResolvers<boolean>();
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      const timer = clock.setTimer(graceMs, () => resolve(false));
      cancel = () => timer.cancel();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const isInTime = await Promise.race([settled.then(() => true), overdue]);
    signal.removeEventListener('abort', onAbort);
    cancel();
    return isInTime;
  }

  #abandon(key: string, work: KeyWork): void {
    this.#abandoned.set(work, key);
    this.#options.onAbandoned(this.abandoned);
    void work.settled.then(() => {
      this.#abandoned.delete(work);
      this.#options.onAbandoned(this.abandoned);
      return undefined;
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
