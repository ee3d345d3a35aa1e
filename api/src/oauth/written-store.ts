import type { Clock } from '@nannyapi/process';
import { compareResourceVersions, objectKey, type Informer, type KubeObject } from '@nannyapi/runtime';

/** How long an own write counts for more than the cache, in milliseconds; after that the cache is right. */
const FRESH_MS = 5_000;
/** Own writes that are remembered; the oldest go first. */
const MAX_WRITTEN = 4096;

/**
 * A cache that knows what this replica has just written or read, before its watch tells it.
 *
 * Without it a code that was approved a millisecond ago would still be pending for the next poll. An own write counts
 * only while it is newer than the cache, and for seconds: an object that was deleted meanwhile does not come back.
 */
export class WrittenStore<T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly #clock: Clock;
  readonly #written = new Map<string, { object: T; atMs: number }>();

  constructor(informer: Informer<T>, clock: Clock) {
    this.informer = informer;
    this.#clock = clock;
    informer.onChange(({ type, object }) => {
      const key = objectKey(object);
      const written = this.#written.get(key);
      if (written && (type === 'Deleted' || !isNewer(written.object, object))) this.#written.delete(key);
    });
  }

  /** The newest state that is known of an object. */
  get(key: string): T | undefined {
    const cached = this.informer.store.get(key);
    const written = this.#written.get(key);
    if (!written) return cached;
    if (this.#clock.monotonicMs() - written.atMs > FRESH_MS) {
      this.#written.delete(key);
      return cached;
    }
    return !cached || isNewer(written.object, cached) ? written.object : cached;
  }

  /** Remembers what the API server has just answered. */
  remember(object: T): T {
    const key = objectKey(object);
    const nowMs = this.#clock.monotonicMs();
    this.#written.delete(key);
    const cached = this.informer.store.get(key);
    // The watch is often quicker than the answer.
    if (!cached || isNewer(object, cached)) this.#written.set(key, { object, atMs: nowMs });
    for (const [old, { atMs }] of this.#written) {
      if (nowMs - atMs <= FRESH_MS && this.#written.size <= MAX_WRITTEN) break;
      this.#written.delete(old);
    }
    return object;
  }

  /** Forgets an object that the API server does not have any more. */
  forget(key: string): void {
    this.#written.delete(key);
  }
}

function isNewer(left: KubeObject, right: KubeObject): boolean {
  return (compareResourceVersions(left.metadata.resourceVersion, right.metadata.resourceVersion) ?? 0) > 0;
}
