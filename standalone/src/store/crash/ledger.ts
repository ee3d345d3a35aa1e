import type { Seen } from './resources.ts';

/** A write that was sent. `Unknown`: the server died before it answered. */
export interface Write {
  id: number;
  /** `plural/name`. */
  key: string;
  verb: 'put' | 'delete';
  outcome: 'Unknown' | 'Acknowledged' | 'Refused';
  /** Of an acknowledged put. */
  revision?: number;
  /** Of the object that was put or deleted, once acknowledged. */
  uid?: string;
}

/**
 * Everything that was sent and what was answered: from it follows what a server may hold after a kill.
 *
 * Each method throws an error that says what is wrong, so that a finding names its round by itself.
 */
export class Ledger {
  readonly #writes: Write[] = [];
  readonly #acknowledged = new Map<string, Write>();
  readonly #revisions = new Map<number, Write>();
  readonly #deletedUids = new Set<string>();
  /** Keys with a deletion whose outcome nobody knows. */
  readonly #unknownDeletes = new Set<string>();
  #highestRevision = 0;
  #floor = 0;

  get highestRevision(): number {
    return this.#highestRevision;
  }

  get writes(): readonly Write[] {
    return this.#writes;
  }

  /** Notes a write that is about to be sent. */
  sent(key: string, verb: Write['verb']): Write {
    const write: Write = { id: this.#writes.length, key, verb, outcome: 'Unknown' };
    this.#writes.push(write);
    return write;
  }

  /** Notes that a put was answered with this object. */
  acknowledgedPut(write: Write, object: Seen): void {
    if (object.write !== write.id) throw new Error(`write ${write.id} was answered with another's object`);
    Object.assign(write, { outcome: 'Acknowledged', revision: object.revision, uid: object.uid });
    const other = this.#revisions.get(object.revision);
    if (other !== undefined) {
      throw new Error(`revision ${object.revision} was given twice: to writes ${other.id} and ${write.id}`);
    }
    this.#revisions.set(object.revision, write);
    if (object.revision <= this.#floor) {
      throw new Error(
        `write ${write.id} got revision ${object.revision}, but ${this.#floor} was seen before the start`,
      );
    }
    this.#highestRevision = Math.max(this.#highestRevision, object.revision);
    const last = this.#acknowledged.get(write.key);
    if ((last?.revision ?? 0) < object.revision) this.#acknowledged.set(write.key, write);
  }

  /** Notes that the deletion of the object with this uid was answered. */
  acknowledgedDelete(write: Write, uid: string): void {
    Object.assign(write, { outcome: 'Acknowledged', uid });
    this.#deletedUids.add(uid);
  }

  /** Notes a refusal: what the write carried must never be seen. */
  refused(write: Write): void {
    write.outcome = 'Refused';
  }

  /** Notes that the server died: what was not answered stays unknown. */
  killed(): void {
    for (const { outcome, verb, key } of this.#writes.slice(-64)) {
      if (outcome === 'Unknown' && verb === 'delete') this.#unknownDeletes.add(key);
    }
  }

  /** Compares what a restarted server lists with what it may hold. */
  check(listed: ReadonlyMap<string, Seen>, listRevision: number): void {
    if (listRevision < this.#highestRevision) {
      throw new Error(`the server is at ${listRevision}, but ${this.#highestRevision} was acknowledged`);
    }
    for (const [key, object] of listed) this.#checkPresent(key, object);
    for (const [key, last] of this.#acknowledged) {
      const isDeleted = this.#deletedUids.has(last.uid ?? '') || this.#unknownDeletes.has(key);
      if (!listed.has(key) && !isDeleted) {
        throw new Error(
          `${key} is gone: write ${last.id} at revision ${last.revision} was acknowledged and not deleted`,
        );
      }
    }
    this.#floor = listRevision;
    this.#settle(listed);
  }

  #checkPresent(key: string, object: Seen): void {
    if (object.write === undefined) return;
    const write = this.#writes[object.write];
    if (write === undefined || write.key !== key || write.verb !== 'put' || write.outcome === 'Refused') {
      throw new Error(`${key} holds write ${object.write}, which nobody made: ${JSON.stringify(write)}`);
    }
    if (write.outcome === 'Acknowledged' && write.revision !== object.revision) {
      throw new Error(`${key} is at ${object.revision}, its write was acknowledged at ${write.revision}`);
    }
    const last = this.#acknowledged.get(key)?.revision ?? 0;
    if (object.revision < last) throw new Error(`${key} is at ${object.revision}, but ${last} was acknowledged`);
    if (this.#deletedUids.has(object.uid)) throw new Error(`${key} is back: deleting ${object.uid} was acknowledged`);
  }

  /** What is listed is on disk: it counts like an acknowledged write from here on. */
  #settle(listed: ReadonlyMap<string, Seen>): void {
    this.#unknownDeletes.clear();
    for (const key of this.#acknowledged.keys()) if (!listed.has(key)) this.#acknowledged.delete(key);
    for (const [key, object] of listed) {
      const write = object.write === undefined ? undefined : this.#writes[object.write];
      if (write === undefined) continue;
      Object.assign(write, { outcome: 'Acknowledged', revision: object.revision, uid: object.uid });
      this.#revisions.set(object.revision, write);
      this.#acknowledged.set(key, write);
    }
  }
}
