import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { ResourceClient } from '../client/resource-client.ts';
import type { ChangeSource, Informer } from '../informer/informer.ts';
import type { Runnable } from '../manager.ts';
import { objectKey, parseKey, type KubeObject } from '../objects.ts';
import { WorkQueue } from '../queue/work-queue.ts';
import { createControllerMetrics, type ControllerMetrics } from './controller-metrics.ts';
import { Pass, type PassOutcome } from './pass.ts';
import type { Reconciler } from './reconciler.ts';
import { WrittenObjects } from './written-objects.ts';

/** Objects whose changes wake the object that owns them. */
export interface OwnedSource<C extends KubeObject = KubeObject> {
  informer: ChangeSource<C>;
  /** Key of the owner, or `undefined` when it is none of this controller's. */
  ownerKey(object: C): string | undefined;
}

/** What {@link createController} needs. */
export interface ControllerOptions<T extends KubeObject> {
  /** Name in logs and metrics, lower case. */
  name: string;
  informer: Informer<T>;
  client: ResourceClient<T>;
  reconciler: Reconciler<T>;
  owns?: readonly OwnedSource[] | undefined;
  /** Passes that run at once, each for another object. Default 8. */
  workers?: number | undefined;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  /** Set before the first pass of an object and removed when `reconciler.finalize` is done. */
  finalizer?: string | undefined;
  /** The reconciler looks at `spec.suspend` itself; otherwise a suspended object gets no pass. */
  handlesSuspend?: boolean | undefined;
  /** Whether the kind has `status.observedGeneration`, which the controller then keeps. Default true. */
  observesGeneration?: boolean | undefined;
  /** Seconds after which the signal of a pass aborts. Default 300. */
  passTimeoutSeconds?: number | undefined;
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

  constructor(options: ControllerOptions<T>) {
    this.name = options.name;
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
    this.#metrics = createControllerMetrics(options.name, options.registry);
  }

  /** Runs until the signal aborts and the passes that then run have ended. */
  async start(signal: AbortSignal): Promise<void> {
    const { informer, owns = [], workers = 8, clock, registry } = this.#options;
    try {
      await Promise.all([informer, ...owns.map((owned) => owned.informer)].map((each) => each.waitForSync({ signal })));
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const queue = new WorkQueue({ name: this.name, clock, registry });
    const stopListening = this.#listen(queue);
    const onAbort = (): void => queue.shutDown();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(queue, signal)));
    } finally {
      signal.removeEventListener('abort', onAbort);
      for (const stop of stopListening) stop();
    }
  }

  #listen(queue: WorkQueue): (() => void)[] {
    const { informer, owns = [] } = this.#options;
    const own = informer.onChange(({ object }) => queue.add(objectKey(object)));
    const owned = owns.map((source) =>
      source.informer.onChange(({ object, previous }) => {
        for (const child of previous ? [object, previous] : [object]) {
          const key = source.ownerKey(child);
          if (key !== undefined) queue.add(key);
        }
      }),
    );
    return [own, ...owned];
  }

  async #work(queue: WorkQueue, signal: AbortSignal): Promise<void> {
    for (let key = await queue.get(); key !== undefined && !signal.aborted; key = await queue.get()) {
      try {
        this.#requeue(queue, key, await this.#process(key, signal));
      } finally {
        queue.done(key);
      }
    }
  }

  async #process(key: string, signal: AbortSignal): Promise<PassOutcome> {
    const { clock, informer } = this.#options;
    const object = this.#written.newest(key, informer.store.get(key));
    if (!object) return { result: 'success' };
    const startMs = clock.monotonicMs();
    const reconcileID = randomUUID();
    const log = this.#log.child({ ...parseKey(key), kind: object.kind, reconcileID });
    this.#metrics.passStarted();
    let outcome: PassOutcome = { result: 'error' };
    try {
      outcome = await new Pass(this.#options, this.#written, { reconcileID, log, signal }).run(object);
    } finally {
      const durationSeconds = (clock.monotonicMs() - startMs) / 1000;
      this.#metrics.passEnded(outcome.result, durationSeconds);
      logOutcome(log, outcome, durationSeconds);
    }
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

/** Each pass ends in one line: faults are loud, the rest is for whoever turns debugging on. */
function logOutcome(log: Logger, outcome: PassOutcome, durationSeconds: number): void {
  const { result, requeueAfterSeconds, error } = outcome;
  const fields = { result, durationSeconds, ...(requeueAfterSeconds === undefined ? {} : { requeueAfterSeconds }) };
  if (result === 'error' || result === 'terminal_error') log.error({ ...fields, err: error }, 'Could not reconcile');
  else log.debug(fields, 'Reconciled');
}
