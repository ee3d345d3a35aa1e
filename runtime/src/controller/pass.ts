import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import { isKubeError } from '../client/kube-api-error.ts';
import type { ResourceClient } from '../client/resource-client.ts';
import type { KubeObject, ObjectRef } from '../objects.ts';
import type { PassResult } from './controller-metrics.ts';
import {
  STALLED,
  statusAfterPass,
  statusPatch,
  statusWhenStalled,
  type StatusRules,
  type StatusScope,
} from './desired-status.ts';
import { TerminalError, type ReconcileCall, type Reconciler, type ReconcileResult } from './reconciler.ts';
import type { WrittenObjects } from './written-objects.ts';

/** How one pass ended. */
export interface PassOutcome {
  result: PassResult;
  requeueAfterSeconds?: number | undefined;
  /** What was thrown, with results `error` and `terminal_error`. */
  error?: unknown;
}

/** What a pass takes from its controller. */
export interface PassDeps<T extends KubeObject> {
  client: ResourceClient<T>;
  reconciler: Reconciler<T>;
  clock: Clock;
  finalizer?: string | undefined;
  handlesSuspend?: boolean | undefined;
  observesGeneration?: boolean | undefined;
  statusScope?: StatusScope | undefined;
  stalledCondition?: string | undefined;
}

/** What sets one pass apart from others. */
export interface PassContext {
  reconcileID: string;
  log: Logger;
  /** Aborts when the pass takes too long, and with `stop`. */
  signal: AbortSignal;
  /** Aborts when the process stops. */
  stop: AbortSignal;
}

/** One pass over one object: deletion, finalizer, pause, reconciler, status; in this order. */
export class Pass<T extends KubeObject> {
  readonly #deps: PassDeps<T>;
  readonly #written: WrittenObjects<T>;
  readonly #context: PassContext;
  readonly #now: Date;

  constructor(deps: PassDeps<T>, written: WrittenObjects<T>, context: PassContext) {
    this.#deps = deps;
    this.#written = written;
    this.#context = context;
    this.#now = deps.clock.now();
  }

  /** Runs the pass; whatever fails is in the outcome. */
  async run(object: T): Promise<PassOutcome> {
    const { signal, log, reconcileID } = this.#context;
    const call: ReconcileCall = { signal, now: this.#now, log, reconcileID };
    try {
      return await this.#steps(object, call);
    } catch (error) {
      return await this.#failed(object, error, call);
    }
  }

  async #steps(object: T, call: ReconcileCall): Promise<PassOutcome> {
    const { reconciler, handlesSuspend } = this.#deps;
    if (object.metadata.deletionTimestamp) return this.#finalize(object, call);
    if (!handlesSuspend && isSuspended(object)) return { result: 'suspended' };
    const guarded = await this.#addFinalizer(object, call);
    const result = await reconciler.reconcile(guarded, call);
    await this.#writeStatus(guarded, this.#statusAfter(guarded, result), call);
    return outcomeOf(result);
  }

  async #finalize(object: T, call: ReconcileCall): Promise<PassOutcome> {
    const { reconciler, finalizer } = this.#deps;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizer === undefined || !finalizers.includes(finalizer)) return { result: 'success' };
    const result = (await reconciler.finalize?.(object, call)) ?? {};
    const current = await this.#writeStatus(object, this.#statusAfter(object, result), call);
    if (result.requeueAfterSeconds !== undefined) return outcomeOf(result);
    const rest = (current.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    await this.#patchFinalizers(current, rest, call);
    return { result: 'success' };
  }

  #statusAfter(object: T, result: ReconcileResult<T>): unknown {
    return statusAfterPass(object, result.status, this.#statusRules());
  }

  #statusRules(): StatusRules {
    const { statusScope: scope, stalledCondition: stalled = STALLED, observesGeneration = !scope } = this.#deps;
    return { scope, stalled, observesGeneration };
  }

  async #addFinalizer(object: T, call: ReconcileCall): Promise<T> {
    const { finalizer } = this.#deps;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizer === undefined || finalizers.includes(finalizer)) return object;
    return this.#patchFinalizers(object, [...finalizers, finalizer], call);
  }

  /** The version guards the list: a merge patch replaces it whole and would undo another's entry. */
  async #patchFinalizers(object: T, finalizers: string[], { signal }: ReconcileCall): Promise<T> {
    const { resourceVersion } = object.metadata;
    const patched = await this.#deps.client.patch(
      refOf(object),
      { metadata: { resourceVersion, finalizers } },
      { signal },
    );
    return this.#written.remember(patched);
  }

  async #writeStatus(object: T, desired: unknown, { signal }: ReconcileCall): Promise<T> {
    const patch = statusPatch(object, desired);
    if (!patch) return object;
    const patched = await this.#deps.client.patchStatus(refOf(object), patch, { signal });
    return this.#written.remember(patched);
  }

  async #failed(object: T, error: unknown, call: ReconcileCall): Promise<PassOutcome> {
    if (this.#context.stop.aborted) return { result: 'aborted' };
    // Somebody else wrote first. Their change is on its way here and brings a new pass anyway.
    if (isKubeError(error, 'Conflict')) return { result: 'conflict' };
    if (isKubeError(error, 'NotFound') && (await this.#isGone(object, call))) return { result: 'success' };
    if (!(error instanceof TerminalError)) return { result: 'error', error };
    try {
      await this.#writeStatus(
        object,
        statusWhenStalled(object, error, { now: this.#now, stalled: this.#statusRules().stalled }),
        call,
      );
    } catch (writeError) {
      // The condition is how a person learns of it, so this pass is repeated until it stands.
      if (isKubeError(writeError, 'Conflict')) return { result: 'conflict' };
      const cause = new AggregateError([error, writeError]);
      return { result: 'error', error: unreported(cause) };
    }
    return { result: 'terminal_error', error };
  }

  /** Whether the object itself is what was not found: it was deleted during the pass. */
  async #isGone(object: T, { signal }: ReconcileCall): Promise<boolean> {
    try {
      const current = await this.#deps.client.get(refOf(object), { signal });
      return current.metadata.uid !== object.metadata.uid;
    } catch (error) {
      return isKubeError(error, 'NotFound');
    }
  }
}

function unreported(cause: AggregateError): CodedError {
  return new CodedError({ code: 'StalledUnreported', message: 'Could not report a terminal error', cause });
}

function outcomeOf<T extends KubeObject>({ requeueAfterSeconds }: ReconcileResult<T>): PassOutcome {
  if (requeueAfterSeconds === undefined) return { result: 'success' };
  if (!Number.isFinite(requeueAfterSeconds) || requeueAfterSeconds < 0) {
    throw new RangeError(`A reconciler asked to be called again in ${requeueAfterSeconds} seconds`);
  }
  return { result: 'requeue_after', requeueAfterSeconds };
}

function isSuspended(object: KubeObject): boolean {
  return (object.spec as { suspend?: unknown } | undefined)?.suspend === true;
}

function refOf(object: KubeObject): ObjectRef {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
}
