import { shelfKey } from './stored-object.ts';
import type { StoredObject } from './stored-object.ts';

/** The current objects of one resource, in list order: by namespace, then name. */
export class Shelf {
  readonly #objects = new Map<string, StoredObject>();
  #sortedKeys: string[] | undefined;

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  set(object: StoredObject): void {
    const key = shelfKey(object);
    if (!this.#objects.has(key)) this.#sortedKeys = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sortedKeys = undefined;
  }

  /** Objects of a namespace (undefined: of all), after a key, in list order. */
  *list(namespace: string | undefined, afterKey = ''): Generator<StoredObject> {
    this.#sortedKeys ??= [...this.#objects.keys()].sort();
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const keys = this.#sortedKeys;
    for (let index = firstAtOrAfter(keys, prefix > afterKey ? prefix : afterKey); index < keys.length; index += 1) {
      const key = keys[index];
      if (key === undefined || !key.startsWith(prefix)) return;
      const object = key === afterKey ? undefined : this.#objects.get(key);
      if (object !== undefined) yield object;
    }
  }
}

/** Index of the first key that is not below `bound`. */
function firstAtOrAfter(keys: readonly string[], bound: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key !== undefined && key < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
