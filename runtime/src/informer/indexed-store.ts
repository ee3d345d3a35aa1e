import type { CachedReader, IndexFunctions } from './informer.ts';

/** A map of objects that is also searchable by computed values. */
export class IndexedStore<T> implements CachedReader<T> {
  readonly #objects = new Map<string, T>();
  readonly #functions = new Map<string, (object: T) => string[]>();
  /** Per index and value the keys in the order in which they came. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #onIndexError: (index: string, error: unknown) => void;

  /** @param onIndexError told when an index function throws; the object is then not in that index. */
  constructor(functions: IndexFunctions<T>, onIndexError: (index: string, error: unknown) => void) {
    this.#onIndexError = onIndexError;
    this.addIndexes(functions);
  }

  /** Adds indexes, also over what is already here. @throws TypeError when another function has that name. */
  addIndexes(functions: IndexFunctions<T>): void {
    for (const [name, valuesOf] of Object.entries(functions)) {
      const present = this.#functions.get(name);
      if (present === valuesOf) continue;
      if (present) throw new TypeError(`There is another index ${JSON.stringify(name)}`);
      this.#functions.set(name, valuesOf);
      const byValue = new Map<string, Set<string>>();
      this.#indexes.set(name, byValue);
      for (const [key, object] of this.#objects) {
        for (const value of this.#valuesOf(name, object)) addTo(byValue, value, key);
      }
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  byIndex(index: string, value: string): T[] {
    const byValue = this.#indexes.get(index);
    if (!byValue) throw new RangeError(`There is no index ${JSON.stringify(index)}`);
    const objects: T[] = [];
    for (const key of byValue.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  set(key: string, object: T): void {
    this.delete(key);
    this.#objects.set(key, object);
    this.#eachIndexEntry(object, (byValue, value) => addTo(byValue, value, key));
  }

  delete(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#eachIndexEntry(object, (byValue, value) => {
      const keys = byValue.get(value);
      keys?.delete(key);
      if (keys?.size === 0) byValue.delete(value);
    });
  }

  /** Objects are frozen, so an index function gives for a stored object what it gave when it came. */
  #eachIndexEntry(object: T, visit: (byValue: Map<string, Set<string>>, value: string) => void): void {
    for (const [name, byValue] of this.#indexes) {
      for (const value of this.#valuesOf(name, object)) visit(byValue, value);
    }
  }

  #valuesOf(name: string, object: T): string[] {
    try {
      return this.#functions.get(name)?.(object) ?? [];
    } catch (error) {
      // One odd object must not stop the informer for all others.
      this.#onIndexError(name, error);
      return [];
    }
  }
}

function addTo(byValue: Map<string, Set<string>>, value: string, key: string): void {
  const keys = byValue.get(value);
  if (keys) keys.add(key);
  else byValue.set(value, new Set([key]));
}
