import type { StoredObject } from './stored-object.ts';

/** Who is who by uid, and who depends on whom, over all resources; kept current by every commit. */
export class OwnerIndex {
  readonly #byUid = new Map<string, StoredObject>();
  readonly #dependentUids = new Map<string, Set<string>>();

  /** Takes the step from one state of an object to the next; either may be absent. */
  replace(previous: StoredObject | undefined, next: StoredObject | undefined): void {
    if (previous !== undefined) this.#forget(previous);
    if (next === undefined) return;
    this.#byUid.set(next.uid, next);
    for (const ownerUid of next.ownerUids) {
      const uids = this.#dependentUids.get(ownerUid) ?? new Set();
      this.#dependentUids.set(ownerUid, uids.add(next.uid));
    }
  }

  /** The object with this uid, as committed. */
  get(uid: string): StoredObject | undefined {
    return this.#byUid.get(uid);
  }

  /** Objects that name `uid` in their ownerReferences. */
  dependentsOf(uid: string): StoredObject[] {
    const uids = [...(this.#dependentUids.get(uid) ?? [])];
    return uids.map((dependent) => this.#byUid.get(dependent)).filter((object) => object !== undefined);
  }

  #forget(object: StoredObject): void {
    this.#byUid.delete(object.uid);
    for (const ownerUid of object.ownerUids) {
      const uids = this.#dependentUids.get(ownerUid);
      uids?.delete(object.uid);
      if (uids?.size === 0) this.#dependentUids.delete(ownerUid);
    }
  }
}
