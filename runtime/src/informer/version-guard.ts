import type { KubeObject } from '../objects.ts';
import { compareResourceVersions } from './resource-version.ts';

/**
 * Tells what is new in a watch from what is sent again after a resumption or a duplication.
 *
 * For objects in the store their version tells; of deleted ones the version of the deletion is remembered until a
 * bookmark says that nothing older will come.
 */
export class VersionGuard {
  readonly #deleted = new Map<string, string | undefined>();

  /** Whether a state of an object is no newer than what is known. */
  isOld(key: string, object: KubeObject, known: KubeObject | undefined): boolean {
    const since = known ? known.metadata.resourceVersion : this.#deleted.get(key);
    const order = compareResourceVersions(object.metadata.resourceVersion, since);
    return order !== undefined && order <= 0;
  }

  /** Whether a deletion was overtaken by what is known: its object was made anew since. */
  isOldDeletion(object: KubeObject, known: KubeObject): boolean {
    const order = compareResourceVersions(object.metadata.resourceVersion, known.metadata.resourceVersion);
    return order !== undefined && order < 0;
  }

  /** Remembers a deletion, if it is the latest. */
  deleted(key: string, object: KubeObject): void {
    if (!this.isOld(key, object, undefined)) this.#deleted.set(key, object.metadata.resourceVersion);
  }

  /** The object is there again. */
  alive(key: string): void {
    this.#deleted.delete(key);
  }

  /** Nothing up to that version will come again. */
  settle(version: string): void {
    for (const [key, since] of this.#deleted) {
      const order = compareResourceVersions(since, version);
      if (order === undefined || order <= 0) this.#deleted.delete(key);
    }
  }
}
