import { TASK_UID_LABEL, type Evidence } from '@nannyapi/crds';
import type { ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';

/** Chunks a page while the stored ones are counted; each is up to 350 KB on the wire. */
const PAGE_SIZE = 16;

/**
 * How many bytes of output each running task has used.
 *
 * The first chunk that comes to this replica makes it count what is stored already; from then on it counts what it
 * takes itself. With several replicas a task can therefore pass its budget by what was in flight elsewhere.
 */
export class OutputBudget {
  readonly #evidence: ResourceClient<Evidence>;
  readonly #used = new Map<string, Promise<{ bytes: number }>>();

  constructor(deps: { evidence: ResourceClient<Evidence> }) {
    this.#evidence = deps.evidence;
  }

  /**
   * Takes bytes out of the budget of a task; returns how to put them back when nothing was stored.
   *
   * @throws ApiError `OutputTooLarge` when fewer are left.
   */
  async take(task: { namespace: string; uid: string; maxBytes: number }, bytes: number): Promise<() => void> {
    const used = await this.#usedBy(task);
    if (used.bytes + bytes > task.maxBytes)
      throw new ApiError('OutputTooLarge', `The task may send ${task.maxBytes} bytes, ${used.bytes} are used`);
    used.bytes += bytes;
    return () => {
      used.bytes -= bytes;
    };
  }

  /** Drops the count of a task that takes no more output. */
  forget(uid: string): void {
    this.#used.delete(uid);
  }

  #usedBy(task: { namespace: string; uid: string }): Promise<{ bytes: number }> {
    const known = this.#used.get(task.uid);
    if (known) return known;
    const counting = this.#countStored(task);
    this.#used.set(task.uid, counting);
    counting.catch(() => this.#used.delete(task.uid));
    return counting;
  }

  async #countStored({ namespace, uid }: { namespace: string; uid: string }): Promise<{ bytes: number }> {
    const used = { bytes: 0 };
    let next: string | undefined;
    do {
      const labelSelector = `${TASK_UID_LABEL}=${uid}`;
      const page = await this.#evidence.list({ namespace, labelSelector, limit: PAGE_SIZE, continue: next }, CALL);
      for (const { spec } of page.items) used.bytes += spec.rawBytes;
      next = page.continue;
    } while (next);
    return used;
  }
}
