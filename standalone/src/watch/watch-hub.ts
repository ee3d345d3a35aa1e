import type { ObjectStore } from '../store/object-store.ts';
import type { Change } from '../store/stored-object.ts';

/** Somebody who wants the changes of one resource. */
export interface Watcher {
  /** Called in revision order, in the turn of the commit. Must not throw. */
  onChange(change: Change): void;
  /** The server closes: finish now. */
  onShutdown(): void;
}

/** Hands each committed change to the watchers of its resource only, so watchers of other resources cost nothing. */
export class WatchHub {
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #stop: () => void;
  #isClosed = false;

  constructor(store: ObjectStore) {
    this.#stop = store.onChange((change) => this.#dispatch(change));
  }

  /** Number of open watches. */
  get size(): number {
    let size = 0;
    for (const watchers of this.#watchers.values()) size += watchers.size;
    return size;
  }

  /** Adds a watcher of a storage resource. Returns how to leave. */
  add(resource: string, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(resource) ?? new Set();
    this.#watchers.set(resource, watchers.add(watcher));
    if (this.#isClosed) watcher.onShutdown();
    return () => {
      watchers.delete(watcher);
    };
  }

  /** Ends every watch. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) watcher.onShutdown();
    }
  }

  #dispatch(change: Change): void {
    for (const watcher of this.#watchers.get(change.object.resource) ?? []) watcher.onChange(change);
  }
}
