import type { Investigation } from '@nannyapi/crds';
import type { CachedReader, ChangeHandler, Informer, InformerHealth } from '@nannyapi/runtime';

/**
 * Wakes a run for a reason that is no change of an object: its diagnostician answered.
 *
 * It looks like an informer so that a controller takes it as one more source of keys; it holds nothing.
 */
export class WakeSource implements Informer<Investigation> {
  readonly name = 'diagnostician-answers';
  readonly store: CachedReader<Investigation> = { get: () => undefined, list: () => [], byIndex: () => [] };
  readonly #handlers = new Set<ChangeHandler<Investigation>>();

  /** Enqueues the run. */
  wake(investigation: Investigation): void {
    for (const handler of this.#handlers) handler({ type: 'Updated', object: investigation });
  }

  start(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  hasSynced(): boolean {
    return true;
  }

  health(): InformerHealth {
    return { isHealthy: true };
  }

  waitForSync(): Promise<void> {
    return Promise.resolve();
  }

  onChange(handler: ChangeHandler<Investigation>): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
