import { vi } from 'vitest';
import type { ReconcileCall, Reconciler } from '../src/controller/reconciler.ts';
import type { Widget } from './widget.ts';

/** One pass that has begun, and how the test ends it. */
export interface BegunPass {
  object: Widget;
  call: ReconcileCall;
  finish: (result: Awaited<ReturnType<Reconciler<Widget>['reconcile']>>) => void;
  fail: (error: Error) => void;
}

/** A reconciler whose passes the test takes and ends one by one. */
export class ManualReconciler implements Reconciler<Widget> {
  readonly begun: BegunPass[] = [];
  readonly finalizing: BegunPass[] = [];

  reconcile(object: Widget, call: ReconcileCall): ReturnType<Reconciler<Widget>['reconcile']> {
    return this.#begin(this.begun, object, call);
  }

  finalize(object: Widget, call: ReconcileCall): ReturnType<Reconciler<Widget>['reconcile']> {
    return this.#begin(this.finalizing, object, call);
  }

  /** The next pass that begins, or has begun. */
  async take(list = this.begun): Promise<BegunPass> {
    return vi.waitFor(() => list.shift() ?? Promise.reject(new Error('No pass began')), { timeout: 5000, interval: 2 });
  }

  #begin(list: BegunPass[], object: Widget, call: ReconcileCall): ReturnType<Reconciler<Widget>['reconcile']> {
    return new Promise((resolve, reject) => {
      list.push({ object, call, finish: resolve, fail: reject });
    });
  }
}
