import type { Investigation } from '@nannyapi/crds';
import type { ChangeHandler, ChangeSource } from '@nannyapi/runtime';

/** Wakes a run for a reason that is no change of an object: its diagnostician answered. It holds nothing. */
export class WakeSource implements ChangeSource<Investigation> {
  readonly name = 'diagnostician-answers';
  readonly #handlers = new Set<ChangeHandler<Investigation>>();

  /** Enqueues the run. */
  wake(investigation: Investigation): void {
    for (const handler of this.#handlers) handler({ type: 'Updated', object: investigation });
  }

  waitForSync(): Promise<void> {
    return Promise.resolve();
  }

  onChange(handler: ChangeHandler<Investigation>): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
