import { atRest } from '../informer/at-rest.ts';
import { objectKey, type KubeObject } from '../objects.ts';

/**
 * What a controller wrote and its informer has not seen yet.
 *
 * A pass that starts between a write and its echo would otherwise decide on the state before the
 * write, and its own status patch would fail on the old resourceVersion.
 */
export class WrittenObjects<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  /** Remembers an answer of the API server, and gives it as a pass may use it. */
  remember(object: T): T {
    const shared = atRest(object);
    this.#objects.set(objectKey(shared), shared);
    return shared;
  }

  /** The newer of the informer's copy and the remembered one; the memory of a key ends when its echo came. */
  newest(key: string, observed: T | undefined): T | undefined {
    const written = this.#objects.get(key);
    if (!written) return observed;
    if (observed && observed.metadata.uid === written.metadata.uid && isNewer(written, observed)) return written;
    this.#objects.delete(key);
    return observed;
  }

  /** Ends the memory of a key. */
  forget(key: string): void {
    this.#objects.delete(key);
  }
}

/**
 * Compares resourceVersions of one resource as numbers, which Kubernetes promises since 1.35 and every
 * store behind it has always done; what is no number is never newer.
 */
function isNewer(left: KubeObject, right: KubeObject): boolean {
  const [a = '', b = ''] = [left.metadata.resourceVersion, right.metadata.resourceVersion];
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return BigInt(a) > BigInt(b);
}
