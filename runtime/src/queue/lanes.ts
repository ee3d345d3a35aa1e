/** `low` is for what can wait: keys that come with a first list, of which there may be ten thousand. */
export type Priority = 'normal' | 'low';

/** So many normal keys may pass before a low one that waits is served. */
const NORMAL_PER_LOW = 8;

/**
 * Two first-in-first-out lanes of keys, of which one is served before the other, but never alone.
 *
 * After a fail-over a new leader looks at every object there is. What a person changes in that moment goes ahead of
 * them, and yet each ninth turn is theirs, so that a stream of changes cannot hold them up for ever.
 */
export class Lanes {
  readonly #normal = new Set<string>();
  readonly #low = new Set<string>();
  #passed = 0;

  get size(): number {
    return this.#normal.size + this.#low.size;
  }

  /** Puts a key at the end of its lane. One that stands in the low lane moves over if it is normal now. */
  add(key: string, priority: Priority): void {
    if (priority === 'low') {
      if (!this.#normal.has(key)) this.#low.add(key);
      return;
    }
    this.#low.delete(key);
    this.#normal.add(key);
  }

  /** Takes the next key out; `undefined` when there is none. */
  take(): string | undefined {
    const isLowsTurn = this.#normal.size === 0 || (this.#low.size > 0 && this.#passed >= NORMAL_PER_LOW);
    const lane = isLowsTurn ? this.#low : this.#normal;
    this.#passed = isLowsTurn ? 0 : this.#passed + 1;
    const [key] = lane;
    if (key !== undefined) lane.delete(key);
    return key;
  }
}
