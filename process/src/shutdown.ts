import { abortable } from './abortable.ts';
import { systemClock, type Clock } from './clock.ts';
import { CodedError } from './coded-error.ts';
import { withDeadline } from './deadline.ts';
import type { Logger } from './logger.ts';

/** Finishes one part's work; the signal aborts when its time is up. */
export type Drain = (signal: AbortSignal) => Promise<void> | void;

/** What {@link Shutdown} needs. */
export interface ShutdownOptions {
  log?: Logger | undefined;
  clock?: Clock | undefined;
  /** Milliseconds that all drains have together. Default 10,000, below the 30 s of Kubernetes and the 90 s of systemd. */
  deadlineMs?: number | undefined;
}

/**
 * The orderly end of a process: abort, drain, exit.
 *
 * Parts register in the order in which they start and drain in the reverse order, because what
 * started later leans on what started earlier. One drain that fails or hangs costs the others nothing
 * but time.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  readonly #drains: { name: string; fn: Drain }[] = [];
  readonly #options: ShutdownOptions;
  #done: Promise<void> | undefined;

  constructor(options: ShutdownOptions = {}) {
    this.#options = options;
  }

  /** Aborts, with a CodedError `ShuttingDown`, as soon as the shutdown begins. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Registers a drain. One that is registered after the shutdown began is run at the end of it, if it still goes on. */
  onDrain(name: string, fn: Drain): void {
    this.#drains.push({ name, fn });
  }

  /** Begins the shutdown; a second call waits for the first. Resolves when all has drained or the deadline passed. */
  begin(reason: string): Promise<void> {
    this.#done ??= this.#run(reason);
    return this.#done;
  }

  async #run(reason: string): Promise<void> {
    const { clock = systemClock, deadlineMs = 10_000, log } = this.#options;
    log?.info({ reason }, 'Shutting down');
    this.#controller.abort(new CodedError({ code: 'ShuttingDown', message: `Shutting down: ${reason}`, status: 503 }));
    using deadline = withDeadline(deadlineMs, { clock });
    for (let drain = this.#drains.pop(); drain; drain = this.#drains.pop()) {
      try {
        await abortable(Promise.resolve(drain.fn(deadline.signal)), deadline.signal);
        log?.debug({ part: drain.name }, 'Drained');
      } catch (error) {
        log?.error({ part: drain.name, err: error }, 'Could not drain');
      }
    }
  }
}
