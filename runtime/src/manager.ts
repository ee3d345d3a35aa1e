import { abortable, errorMessage, withDeadline, type Clock, type Logger } from '@nannyapi/process';
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

/** What is to be finished when the work is over, for example events that wait to be written. */
export interface Drain {
  readonly name: string;
  /** Finishes; the signal aborts when the time for it is up. */
  drain(signal: AbortSignal): Promise<void>;
}

/** One answer to the question how a process fares. */
export interface HealthCheck {
  name: string;
  /** For a person; absent when all is well. */
  problem?: string | undefined;
}

/** What a {@link Manager} needs. */
export interface ManagerOptions {
  log: Logger;
  clock: Clock;
  /** Default: this process is the only one and always leads. */
  leadership?: Leadership | undefined;
  /** Seconds in which all informers must have their first list, or the start fails. Default 120. */
  syncTimeoutSeconds?: number | undefined;
  /** Seconds that runnables and drains together get to end in, once they are told to. Default 20. */
  drainSeconds?: number | undefined;
}

/**
 * Starts the parts of a process in order, keeps watch over them, and ends them in the reverse order.
 *
 *     start:  informers, on every replica ──► all synced ──► this process leads ──► runnables
 *     end:    runnables finish what they hold ──► drains ──► leadership is given up ──► informers
 *
 * If any part ends by itself, all are stopped and `start` rejects: a process that lost a part silently would look
 * alive and do half its work. Losing leadership is such an end.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #informers: Informer<KubeObject>[] = [];
  readonly #runnables: Runnable[] = [];
  readonly #drains: Drain[] = [];
  readonly #checks: { name: string; problem: () => string | undefined }[] = [];
  readonly #running = new Set<Runnable>();
  readonly #failed = new Map<string, string>();
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

  /** Adds what is to be finished after all runnables have ended; what was added last is finished first. */
  addDrain(drain: Drain): void {
    this.#drains.unshift(drain);
  }

  /** Adds a check of something else that must be well for the process to be of use. */
  addCheck(name: string, problem: () => string | undefined): void {
    this.#checks.push({ name, problem });
  }

  /** Runs all parts until the signal aborts and all have ended. @throws what the first failing part threw. */
  async start(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const stopInformers = new AbortController();
    // Parts report their failures to #fail and never reject, so that each is waited for.
    const informing = this.#informers.map((informer) => this.#run(informer, stop, stopInformers.signal));
    try {
      await this.#lead(stop);
      stopInformers.abort(stop.signal.reason);
      await Promise.all(informing);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    if (this.#failure) throw this.#failure;
  }

  /** Whether this process is of use: all informers have synced and, if it leads, all runnables run. */
  isReady(): boolean {
    return this.unhealthy().length === 0;
  }

  /** Names of the parts that are not as they should be. */
  unhealthy(): string[] {
    const troubled = [...this.readiness(), ...this.liveness()].filter(({ problem }) => problem !== undefined);
    return [...new Set(troubled.map(({ name }) => name))];
  }

  /** One check a part: whether it has begun its work, and goes on with it. */
  readiness(): HealthCheck[] {
    const informers = this.#informers.map((informer) => {
      const isReady = informer.hasSynced() && this.#running.has(informer);
      return check(informer.name, isReady ? undefined : 'has not listed its objects');
    });
    const runnables = this.#runnables.map((runnable) => {
      const isIdle = this.#isLeading && !this.#running.has(runnable);
      return check(runnable.name, isIdle ? 'does not run' : undefined);
    });
    return [...informers, ...runnables, ...[...this.#failed].map(([name, problem]) => check(name, problem))];
  }

  /** One check a part: whether it is stuck such that only a new process would help it. */
  liveness(): HealthCheck[] {
    const informers = this.#informers.map((informer) => {
      const { isHealthy, message = 'hears nothing' } = informer.health();
      return check(informer.name, isHealthy ? undefined : message);
    });
    const runnables = this.#runnables.map((runnable) => check(runnable.name, runnable.problem?.()));
    return [...informers, ...runnables, ...this.#checks.map(({ name, problem }) => check(name, problem()))];
  }

  async #lead(stop: AbortController): Promise<void> {
    try {
      await this.#waitForSync(stop.signal);
      const { leadership = (signal, work) => work(signal) } = this.#options;
      await leadership(stop.signal, (signal) => this.#runAll(stop, signal));
      if (!stop.signal.aborted) await aborted(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) this.#fail(stop, 'leadership', error);
    }
  }

  async #runAll(stop: AbortController, signal: AbortSignal): Promise<void> {
    this.#isLeading = true;
    const drainMs = (this.#options.drainSeconds ?? DEFAULT_DRAIN_SECONDS) * 1000;
    // A part that fails ends the term for all, whoever decides on the leadership.
    const end = AbortSignal.any([signal, stop.signal]);
    const ending = Promise.all(this.#runnables.map((runnable) => this.#run(runnable, stop, end)));
    try {
      await aborted(end);
      using limit = withDeadline(drainMs, { clock: this.#options.clock });
      await this.#within(limit.signal, 'runnables', () => ending);
      for (const each of this.#drains) await this.#within(limit.signal, each.name, () => each.drain(limit.signal));
    } finally {
      this.#isLeading = false;
    }
  }

  /** Work that outlasts its time is left behind, for nothing in this language ends it; the process is about to. */
  async #within(limit: AbortSignal, name: string, end: () => Promise<unknown>): Promise<void> {
    try {
      await abortable(end(), limit);
    } catch (error) {
      const running = [...this.#running].map((part) => part.name);
      this.#options.log.error({ part: name, running, err: error }, 'Could not drain');
    }
  }

  async #waitForSync(signal: AbortSignal): Promise<void> {
    const { clock, log, syncTimeoutSeconds = 120 } = this.#options;
    using deadline = withDeadline(syncTimeoutSeconds * 1000, { signal, clock });
    await Promise.all(this.#informers.map((informer) => informer.waitForSync({ signal: deadline.signal })));
    log.info({ informers: this.#informers.map(({ name }) => name) }, 'Synced informers');
  }

  async #run(part: Runnable, stop: AbortController, signal: AbortSignal): Promise<void> {
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
    this.#failed.set(name, errorMessage(error));
    this.#options.log.error({ part: name, err: error }, 'A part of the process failed');
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    stop.abort(this.#failure);
  }
}

/** Less than the 30 s after which Kubernetes kills a pod, by the time in which a lease is released. */
const DEFAULT_DRAIN_SECONDS = 20;

function check(name: string, problem: string | undefined): HealthCheck {
  return problem === undefined ? { name } : { name, problem };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
