import type { DeviceCode } from '@nannyapi/crds';
import type { ReconcileCall, Reconciler, ReconcileResult, ResourceClient } from '@nannyapi/runtime';
import { deleteThis } from './delete-this.ts';
import { deviceCodeRestSeconds } from './device-code-life.ts';

/** Deletes pending enrolments some time after their codes have ended. */
export class DeviceCodeReconciler implements Reconciler<DeviceCode> {
  readonly #client: ResourceClient<DeviceCode>;

  constructor(deps: { client: ResourceClient<DeviceCode> }) {
    this.#client = deps.client;
  }

  async reconcile(code: DeviceCode, { now, signal }: ReconcileCall): Promise<ReconcileResult<DeviceCode>> {
    const restSeconds = deviceCodeRestSeconds(code, now);
    if (restSeconds > 0) return { requeueAfterSeconds: restSeconds };
    await deleteThis(this.#client, code, signal);
    return {};
  }
}
