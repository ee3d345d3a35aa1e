import { CodedError, type Logger } from '@nannyapi/process';
import type { KubeObject } from '../objects.ts';

/** What one pass of a reconciler is given besides the object. */
export interface ReconcileCall {
  /**
   * Aborts when the pass takes too long, when leadership is lost, and some seconds after the process was told to stop.
   *
   * Hand it to every call that waits. A pass that goes on regardless is abandoned: see `nannyapi_reconcile_abandoned`.
   */
  signal: AbortSignal;
  /** The one "now" of the pass, so that its decisions agree with each other. */
  now: Date;
  /** Bound to controller, namespace, name and reconcileID. */
  log: Logger;
  reconcileID: string;
}

/** How a pass ended well. */
export interface ReconcileResult<T extends KubeObject> {
  /** Ask again after so many seconds. Waiting is not an error. */
  requeueAfterSeconds?: number | undefined;
  /**
   * The whole desired status, or of a controller with a `statusScope` its part of it; absent leaves it as it is.
   *
   * The controller writes the difference to the informer's copy as one patch, with that copy's resourceVersion as
   * precondition, and sees to `observedGeneration` (in the status and in each condition) and to condition `Stalled`
   * itself.
   */
  status?: T['status'] | undefined;
}

/**
 * Brings the world closer to what one object says.
 *
 * Three exits: return (done, or ask again in N seconds), throw (transient: retried with growing
 * delays), throw {@link TerminalError} (a person must act: `Stalled=True`, no retry).
 */
export interface Reconciler<T extends KubeObject> {
  /** @param object the informer's frozen copy, which may be stale. */
  reconcile(object: T, call: ReconcileCall): Promise<ReconcileResult<T>>;
  /** Cleans up before deletion. The finalizer goes when it returns without `requeueAfterSeconds`. */
  finalize?(object: T, call: ReconcileCall): Promise<ReconcileResult<T>>;
}

/** A failure that no retry mends; `code` becomes the reason of condition `Stalled`. */
export class TerminalError extends CodedError {
  /** @param options.code PascalCase, it becomes a condition's reason. */
  constructor(options: { code: string; message: string; cause?: unknown }) {
    super({ code: options.code, message: options.message, cause: options.cause });
    this.name = 'TerminalError';
  }
}
