import type { Change } from './stored-object.ts';

/** Changes kept, at most. */
const MAX_CHANGES = 4096;
/** Characters of their bodies, at most. */
const MAX_CHARS = 4 * 1024 * 1024;

/**
 * The newest changes, in memory.
 *
 * A watcher that begins or falls a little behind reads from here. That is faster than the disk, and it is what keeps
 * the event loop going when the disk does not answer: SQLite's readers write to the shared memory file, and a page
 * fault there waits for the disk as the writer does.
 */
export class RecentChanges {
  #changes: Change[] = [];
  /** Index of the oldest change that is still held; those before it are dropped in bulk. */
  #first = 0;
  #chars = 0;
  #after: number;

  /** @param revision the newest revision at the start: changes after it are held. */
  constructor(revision: number) {
    this.#after = revision;
  }

  /** Takes the next change, in revision order. */
  add(change: Change): void {
    this.#changes.push(change);
    this.#chars += change.text.length;
    while (this.#changes.length - this.#first > MAX_CHANGES || this.#chars > MAX_CHARS) this.#drop();
    if (this.#first < MAX_CHANGES) return;
    this.#changes = this.#changes.slice(this.#first);
    this.#first = 0;
  }

  /** Changes of one resource after a revision, oldest first; undefined when some of them are not held any more. */
  after(resource: string, revision: number, limit: number): Change[] | undefined {
    if (revision < this.#after) return undefined;
    const found: Change[] = [];
    for (let index = this.#indexAfter(revision); index < this.#changes.length && found.length < limit; index += 1) {
      const change = this.#changes[index];
      if (change?.object.resource === resource) found.push(change);
    }
    return found;
  }

  #drop(): void {
    const dropped = this.#changes[this.#first];
    if (dropped === undefined) return;
    this.#first += 1;
    this.#chars -= dropped.text.length;
    this.#after = dropped.object.revision;
  }

  #indexAfter(revision: number): number {
    let low = this.#first;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.object.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
