import { randomUUID } from 'node:crypto';
import { withDeadline, type Clock, type Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { ResourceClient } from '../client/resource-client.ts';
import type { Informer } from '../informer/informer.ts';
import type { Runnable } from '../manager.ts';
import { parseKey, type KubeObject } from '../objects.ts';
import { RateLimiter, type RateLimiterOptions } from '../queue/rate-limiter.ts';
import type { TokenBucketOptions } from '../queue/token-bucket.ts';
import { WorkQueue } from '../queue/work-queue.ts';
import { createControllerMetrics, type ControllerMetrics } from './controller-metrics.ts';
import type { StatusScope } from './desired-status.ts';
import { isBug } from './is-bug.ts';
import { Pass, type PassOutcome } from './pass.ts';
import type { Predicate } from './predicates.ts';
import type { Reconciler } from './reconciler.ts';
import { followSources, type OwnedSource, type WatchedSource } from './sources.ts';
import { stopSignals } from './stop-signals.ts';
import { WorkerPool, type KeyWork } from './worker-pool.ts';
import { WrittenObjects } from './written-objects.ts';

/** What {@link createController} needs. */
export interface ControllerOptions<T extends KubeObject> {
  /** Name in logs and metrics, lower case. */
  name: string;
  informer: Informer<T>;
  client: ResourceClient<T>;
  reconciler: Reconciler<T>;
  owns?: readonly OwnedSource[] | undefined;
  /** Other objects whose changes are news for this kind. */
  watches?: readonly WatchedSource[] | undefined;
  /** Which changes of the kind itself are worth a pass. Default: all. See `generationChanged` and its blind spots. */
  when?: Predicate<T> | undefined;
  /** Passes that run at once, each for another object. Default 8. */
  workers?: number | undefined;
  /** How long a failing object is held back. */
  backoff?: RateLimiterOptions | undefined;
  /** How many retries of all objects there may be. Default 10 a second after a burst of 100. */
  retries?: TokenBucketOptions | undefined;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  /** Set before the first pass of an object and removed when `reconciler.finalize` is done. */
  finalizer?: string | undefined;
  /** The reconciler looks at `spec.suspend` itself; otherwise a suspended object gets no pass. */
  handlesSuspend?: boolean | undefined;
  /** Whether this controller keeps `status.observedGeneration`. Default true, but false with `statusScope`. */
  observesGeneration?: boolean | undefined;
  /** What of the status is this controller's, when others write there too. Default: all of it. */
  statusScope?: StatusScope | undefined;
  /** The condition that a TerminalError sets; of several controllers of a kind, each needs its own. Default `Stalled`. */
  stalledCondition?: string | undefined;
  /** Seconds after which the signal of a pass aborts. Default 300. */
  passTimeoutSeconds?: number | undefined;
  /** Seconds that running passes get to end by themselves when the controller is stopped. Default 5. */
  drainSeconds?: number | undefined;
  /** Seconds after its signal aborted for which a pass is waited for; then it is abandoned. Default 5. */
  graceSeconds?: number | undefined;
}

/** Makes a controller: it queues the keys of changed objects and has its workers reconcile them. */
export function createController<T extends KubeObject>(options: ControllerOptions<T>): Runnable {
  return new Controller(options);
}

class Controller<T extends KubeObject> implements Runnable {
  readonly name: string;
  readonly #options: ControllerOptions<T>;
  readonly #log: Logger;
  readonly #metrics: ControllerMetrics;
  readonly #written = new WrittenObjects<T>();
  #pool: WorkerPool | undefined;

  constructor(options: ControllerOptions<T>) {
    this.name = options.name;
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
    const { name, workers = DEFAULT_WORKERS } = options;
    this.#metrics = createControllerMetrics({ name, workers }, options.registry);
  }

  /** Turns red while a pass does not heed its signal: its object is stuck, and only a new process helps it. */
  problem(): string | undefined {
    const stuck = this.#pool?.abandoned ?? [];
    return stuck.length === 0 ? undefined : `passes do not end: ${stuck.slice(0, 5).join(', ')}`;
  }

  /** Runs until the signal aborts and the passes that then run have ended, or have been abandoned. */
  async start(signal: AbortSignal): Promise<void> {
    const { informer, owns = [], watches = [], when, clock, registry, backoff, retries } = this.#options;
    const sources = [informer, ...[...owns, ...watches].map((source) => source.informer)];
    try {
      await Promise.all(sources.map((source) => source.waitForSync({ signal })));
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const limiter = new RateLimiter(backoff);
    const queue = new WorkQueue({ name: this.name, clock, registry, limiter, retries });
    const stopFollowing = followSources({ own: informer, when, owns, watches }, (key, priority) =>
      queue.add(key, priority),
    );
    const onAbort = (): void => queue.shutDown();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#runWorkers(queue, signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
      stopFollowing();
    }
  }

  async #runWorkers(queue: WorkQueue, stop: AbortSignal): Promise<void> {
    const { clock, workers = DEFAULT_WORKERS, drainSeconds = 5, graceSeconds = 5 } = this.#options;
    using signals = stopSignals(stop, drainSeconds * 1000, clock);
    const pool = new WorkerPool({
      queue,
      workers,
      graceMs: graceSeconds * 1000,
      clock,
      begin: (key) => this.#begin(queue, key, signals.passes),
      onAbandoned: (keys) => {
        this.#metrics.abandoned(keys.length);
        if (keys.length > 0) this.#log.error({ keys }, 'Reconciler does not heed its signal');
      },
    });
    this.#pool = pool;
    await pool.run(stop);
  }

  #begin(queue: WorkQueue, key: string, stop: AbortSignal): KeyWork {
    const { clock, passTimeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = this.#options;
    const deadline = withDeadline(passTimeoutSeconds * 1000, { signal: stop, clock });
    const settled = this.#process(key, { signal: deadline.signal, stop })
      .then((outcome) => this.#requeue(queue, key, outcome))
      .catch((error: unknown) => this.#log.error({ key, err: error }, 'Could not finish a pass'))
      .finally(() => {
        deadline[Symbol.dispose]();
        queue.done(key);
      });
    return { signal: deadline.signal, settled };
  }

  async #process(key: string, signals: { signal: AbortSignal; stop: AbortSignal }): Promise<PassOutcome> {
    const { clock, informer } = this.#options;
    const object = this.#written.newest(key, informer.store.get(key));
    if (!object) return { result: 'success' };
    const startMs = clock.monotonicMs();
    const reconcileID = randomUUID();
    const log = this.#log.child({ ...parseKey(key), kind: object.kind, reconcileID });
    this.#metrics.passStarted();
    const outcome = await new Pass(this.#options, this.#written, { reconcileID, log, ...signals }).run(object);
    const durationSeconds = (clock.monotonicMs() - startMs) / 1000;
    this.#metrics.passEnded(outcome.result, durationSeconds);
    if (signals.signal.aborted && !signals.stop.aborted) this.#metrics.timedOut();
    if (outcome.result === 'error' && isBug(outcome.error)) this.#metrics.panicked();
    logOutcome(log, outcome, durationSeconds);
    return outcome;
  }

  #requeue(queue: WorkQueue, key: string, { result, requeueAfterSeconds }: PassOutcome): void {
    switch (result) {
      case 'error':
      case 'conflict':
        queue.addRateLimited(key);
        return;
      case 'requeue_after':
        queue.forget(key);
        queue.addAfter(key, (requeueAfterSeconds ?? 0) * 1000);
        return;
      case 'success':
      case 'suspended':
      case 'terminal_error':
      case 'aborted':
        queue.forget(key);
    }
  }
}

const DEFAULT_WORKERS = 8;
const DEFAULT_TIMEOUT_SECONDS = 300;

/** Each pass ends in one line: faults are loud, the rest is for whoever turns debugging on. */
function logOutcome(log: Logger, outcome: PassOutcome, durationSeconds: number): void {
  const { result, requeueAfterSeconds, error } = outcome;
  const fields = { result, durationSeconds, ...(requeueAfterSeconds === undefined ? {} : { requeueAfterSeconds }) };
  if (result === 'error' || result === 'terminal_error') log.error({ ...fields, err: error }, 'Could not reconcile');
  else log.debug(fields, 'Reconciled');
}
