import type { AgentTask } from '@nannyapi/crds';
import { objectKey, type Informer } from '@nannyapi/runtime';

/** Index of tasks by the uid of the object that owns them. */
export const BY_OWNER = 'owner';

/** The values of {@link BY_OWNER} for one task. */
export function ownerUIDs(task: AgentTask): string[] {
  return (task.metadata.ownerReferences ?? []).filter(({ controller }) => controller).map(({ uid }) => uid);
}

/**
 * The tasks of runs, those included that were just written and whose echo is still on its way.
 *
 * A pass on the informer alone would not see the step that the pass before created, and would pay for a second model
 * call to choose it again.
 */
export class FreshTasks {
  readonly #informer: Informer<AgentTask>;
  readonly #written = new Map<string, AgentTask>();

  constructor(informer: Informer<AgentTask>) {
    this.#informer = informer;
    // Once the informer has spoken of a task its word counts, also when that word is that the task is gone.
    informer.onChange(({ object }) => this.#written.delete(objectKey(object)));
  }

  /** Remembers an answer of the API server until the informer shows the task in any version. */
  remember(task: AgentTask): void {
    this.#written.set(objectKey(task), task);
  }

  /** All tasks that one owner has. */
  ofOwner(uid: string): AgentTask[] {
    const observed = this.#informer.store.byIndex(BY_OWNER, uid);
    return [...observed, ...this.#unseen(uid)];
  }

  #unseen(ownerUID: string): AgentTask[] {
    const unseen: AgentTask[] = [];
    for (const [key, task] of this.#written) {
      const observed = this.#informer.store.get(key);
      if (observed) this.#written.delete(key);
      else if (ownerUIDs(task).includes(ownerUID)) unseen.push(task);
    }
    return unseen;
  }

  /** Ends the memory of what an owner's tasks were. */
  forget(ownerUID: string): void {
    for (const [key, task] of this.#written) if (ownerUIDs(task).includes(ownerUID)) this.#written.delete(key);
  }
}
