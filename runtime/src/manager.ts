import { withDeadline, type Clock, type Logger } from '@nannyapi/process';
import type { Informer } from './informer/informer.ts';
import type { KubeObject } from './objects.ts';

/** A part of the process that runs until it is told to stop. */
export interface Runnable {
  readonly name: string;
  /** Resolves after the signal aborted; ending earlier is a fault. */
  start(signal: AbortSignal): Promise<void>;
  /** Why this part is not as it should be, for a person; absent or `undefined` when it is. */
  problem?(): string | undefined;
}

/**
 * Runs work only while this process may lead.
 *
 * @param work is called with a signal that aborts when leadership is lost.
 */
export type Leadership = (signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/** What a {@link Manager} needs. */
export interface ManagerOptions {
  log: Logger;
  clock: Clock;
  /** Default: this process is the only one and always leads. */
  leadership?: Leadership | undefined;
  /** Seconds in which all informers must have their first list, or the start fails. Default 120. */
  syncTimeoutSeconds?: number | undefined;
}

/**
 * Starts the parts of a process in order and keeps watch over them.
 *
 * Informers first, on every replica; when all have synced and this process leads, the runnables.
 * If any part ends by itself, all are stopped and `start` rejects: a process that lost a part
 * silently would look alive and do half its work.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #informers: Informer<KubeObject>[] = [];
  readonly #runnables: Runnable[] = [];
  readonly #running = new Set<Runnable>();
  readonly #failed = new Set<string>();
  #isLeading = false;
  #failure: Error | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** Adds a part that runs after the informers have synced, while this process leads. */
  add(runnable: Runnable): void {
    this.#runnables.push(runnable);
  }

  /** Adds an informer. */
  addInformer<T extends KubeObject>(informer: Informer<T>): void {
    this.#informers.push(informer);
  }

  /** Runs all parts until the signal aborts and all have ended. @throws what the first failing part threw. */
  async start(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    // Parts report their failures to #fail and never reject, so that each is waited for.
    const parts = [...this.#informers.map((informer) => this.#run(informer, stop)), this.#lead(stop)];
    try {
      await Promise.all(parts);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    if (this.#failure) throw this.#failure;
  }

  /** Whether all informers have synced and, if this process leads, all runnables run. */
  isReady(): boolean {
    return this.unhealthy().length === 0;
  }

  /** Names of the parts that are not as they should be. */
  unhealthy(): string[] {
    const unsynced = this.#informers.filter((informer) => !informer.hasSynced() || !this.#running.has(informer));
    const idle = this.#isLeading ? this.#runnables.filter((runnable) => !this.#running.has(runnable)) : [];
    return [...new Set([...unsynced, ...idle].map(({ name }) => name).concat(...this.#failed))];
  }

  async #lead(stop: AbortController): Promise<void> {
    try {
      await this.#waitForSync(stop.signal);
      const { leadership = (signal, work) => work(signal) } = this.#options;
      await leadership(stop.signal, (signal) => this.#runAll(stop, signal));
    } catch (error) {
      if (!stop.signal.aborted) this.#fail(stop, 'leadership', error);
    }
  }

  async #runAll(stop: AbortController, signal: AbortSignal): Promise<void> {
    this.#isLeading = true;
    try {
      await Promise.all(this.#runnables.map((runnable) => this.#run(runnable, stop, signal)));
    } finally {
      this.#isLeading = false;
    }
  }

  async #waitForSync(signal: AbortSignal): Promise<void> {
    const { clock, log, syncTimeoutSeconds = 120 } = this.#options;
    using deadline = withDeadline(syncTimeoutSeconds * 1000, { signal, clock });
    await Promise.all(this.#informers.map((informer) => informer.waitForSync({ signal: deadline.signal })));
    log.info({ informers: this.#informers.map(({ name }) => name) }, 'Synced informers');
  }

  async #run(part: Runnable, stop: AbortController, signal: AbortSignal = stop.signal): Promise<void> {
    this.#running.add(part);
    try {
      await part.start(signal);
      if (!signal.aborted) throw new Error(`${part.name} ended although nobody stopped it`);
    } catch (error) {
      if (signal.aborted) this.#options.log.debug({ part: part.name, err: error }, 'Stopped');
      else this.#fail(stop, part.name, error);
    } finally {
      this.#running.delete(part);
    }
  }

  /** The first failure is the cause; what fails after it does so because everything is being stopped. */
  #fail(stop: AbortController, name: string, error: unknown): void {
    this.#failed.add(name);
    this.#options.log.error({ part: name, err: error }, 'A part of the process failed');
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    stop.abort(this.#failure);
  }
}
