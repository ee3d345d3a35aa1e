import { systemClock } from '@nannyapi/process';
import type { Clock } from '@nannyapi/process';
import type { ApiObject } from '../schema/index.ts';
import { CommitQueue } from './commit-queue.ts';
import type { CommitFacts, StoreFailure } from './commit-queue.ts';
import { History } from './history.ts';
import type { SnapshotQuery } from './history.ts';
import { OwnerIndex } from './owner-index.ts';
import { RecentChanges } from './recent-changes.ts';
import { Shelf } from './shelf.ts';
import { shelfKey, toStoredObject } from './stored-object.ts';
import type { Change, ObjectKey, StoredObject } from './stored-object.ts';
import type { ChangeType, RevisionRow } from './worker-protocol.ts';

/** Bodies above this many characters stay on disk: evidence chunks would fill the memory otherwise. */
const LARGE_BODY_CHARS = 32 * 1024;
/** Default of {@link ObjectStoreOptions.windowRevisions}. */
const WINDOW_REVISIONS = 20_000;
/** Compaction goes in bites of this many revisions, so that no commit waits long for it. */
const COMPACTION_BITE_REVISIONS = 256;

/** How a store is opened. */
export interface ObjectStoreOptions {
  databasePath: string;
  /** Revisions kept for watchers that come back; older ones get 410 Expired. Default 20,000. */
  windowRevisions?: number | undefined;
  /** Times the attempts to write again on a disk that refused. Default: the machine's. */
  clock?: Pick<Clock, 'setTimer'> | undefined;
}

/** What a store reports of its transactions, for metrics and the log. */
export interface TransactionObserver {
  onTransaction(facts: CommitFacts): void;
  onFailed(failure: StoreFailure): void;
}

interface Head {
  revision: number;
  object: StoredObject | undefined;
  written: Promise<void>;
}

/** Told of each change in revision order, in the turn in which the commit became known. */
export type ChangeListener = (change: Change) => void;

/**
 * All objects of the API server: current state in memory as text, every revision of the watch window on disk.
 *
 * Two views stand side by side. *Committed* is what readers and watchers see: only what is on disk. *Head* adds the
 * writes on their way there, and is what the next write builds on; so writers of one object never wait for each
 * other's sync, and a read-modify-write done in one turn needs no lock.
 */
export class ObjectStore {
  readonly owners = new OwnerIndex();
  readonly #queue: CommitQueue;
  readonly #history: History;
  readonly #recent: RecentChanges;
  readonly #windowRevisions: number;
  readonly #shelves = new Map<string, Shelf>();
  /** Newest state of each object with a write in flight; undefined value: its deletion is in flight. */
  readonly #heads = new Map<string, Head>();
  readonly #inFlight = new Map<number, StoredObject>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #observers = new Set<TransactionObserver>();
  #assignedRevision: number;
  #revision: number;
  #compactedRevision: number;

  private constructor(opened: Awaited<ReturnType<typeof CommitQueue.open>>, history: History, windowRevisions: number) {
    this.#queue = opened.queue;
    this.#history = history;
    this.#windowRevisions = windowRevisions;
    this.#recent = new RecentChanges(opened.revision);
    this.#revision = opened.revision;
    this.#assignedRevision = opened.revision;
    this.#compactedRevision = opened.compactedRevision;
    this.#queue.attach({
      onCommitted: (rows) => this.#onCommitted(rows),
      onLost: () => this.#onLost(),
      onTransaction: (facts) => this.#observers.forEach((observer) => observer.onTransaction(facts)),
      onFailed: (failure) => this.#observers.forEach((observer) => observer.onFailed(failure)),
    });
    for (const object of history.current()) this.#place(undefined, object);
  }

  /**
   * Opens or makes the database and loads the current state.
   *
   * @throws CodedError `StoreCorrupt`, `StoreIncomplete`, `StoreNewerVersion`, `StoreUnavailable`.
   */
  static async open(options: ObjectStoreOptions): Promise<ObjectStore> {
    const { databasePath } = options;
    const opened = await CommitQueue.open({ databasePath }, options.clock ?? systemClock);
    let history: History | undefined;
    try {
      history = new History(databasePath);
      return new ObjectStore(opened, history, options.windowRevisions ?? WINDOW_REVISIONS);
    } catch (error) {
      history?.close();
      await opened.queue.close();
      throw error;
    }
  }

  /** Revision of the newest committed write: the resourceVersion of every list made now. */
  get revision(): number {
    return this.#revision;
  }

  /** Watches can resume after this revision and later ones only. */
  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  /** Why writes fail; undefined while all is well. Reads and watches go on. */
  get failure(): StoreFailure | undefined {
    return this.#queue.failure;
  }

  /** Resolves when the store was closed; rejects when only a restart can make it write again. */
  get stopped(): Promise<void> {
    return this.#queue.stopped;
  }

  /** The committed state of one object. */
  get(key: ObjectKey): StoredObject | undefined {
    return this.#shelves.get(key.resource)?.get(shelfKey(key));
  }

  /** The state the next write builds on. */
  head(key: ObjectKey): StoredObject | undefined {
    const head = this.#heads.get(headKey(key));
    return head === undefined ? this.get(key) : head.object;
  }

  /**
   * Resolves when the head state of an object is on disk.
   *
   * An answer that builds on the head without writing (nothing to change, name taken) waits for this: the client must
   * not learn of a state that a crash could take back.
   *
   * @throws CodedError `StorageFailed` when that state was lost.
   */
  async settled(key: ObjectKey): Promise<void> {
    await this.#heads.get(headKey(key))?.written;
  }

  /**
   * Resolves when every write submitted until now is on disk.
   *
   * For refusals that may rest on the heads of several objects, for example a namespace that is being deleted.
   *
   * @throws CodedError `StorageFailed` when one of them was lost.
   */
  async allSettled(): Promise<void> {
    await this.#queue.settled();
  }

  /** JSON text of an object. */
  text(object: StoredObject): string {
    return object.text ?? this.#history.body(object.revision);
  }

  /** A fresh copy of an object, free to change. */
  parse(object: StoredObject): ApiObject {
    return JSON.parse(this.text(object)) as ApiObject;
  }

  /** Committed objects of one resource in list order, of one namespace or of all (undefined). */
  list(resource: string, namespace?: string, after?: { namespace: string; name: string }): Iterable<StoredObject> {
    return this.#shelves.get(resource)?.list(namespace, after === undefined ? '' : shelfKey(after)) ?? [];
  }

  /** Number of committed objects of one resource. */
  count(resource: string): number {
    return this.#shelves.get(resource)?.size ?? 0;
  }

  /** Resources that have, or had since the start, objects. */
  resources(): string[] {
    return [...this.#shelves.keys()];
  }

  /** Objects as they were at a revision inside the watch window. */
  snapshot(query: SnapshotQuery): StoredObject[] {
    return this.#history.snapshot(query);
  }

  /** Committed changes of one resource after a revision that is not compacted; at most `limit`. */
  changesAfter(resource: string, revision: number, limit: number): Change[] {
    const recent = this.#recent.after(resource, revision, limit);
    return recent ?? this.#history.changes(resource, { from: revision, to: this.#revision, limit });
  }

  /**
   * Stores a new state of an object, sets its `metadata.resourceVersion`, and resolves when it is on disk.
   *
   * The caller has read {@link head} in the same turn.
   */
  async put(key: ObjectKey, object: ApiObject): Promise<StoredObject> {
    const previous = this.head(key);
    return await this.#write(key, object, previous === undefined ? 'ADDED' : 'MODIFIED');
  }

  /** Removes an object; `last` is its final state, told to watchers with the revision of the removal. */
  async remove(key: ObjectKey, last: ApiObject): Promise<StoredObject> {
    return await this.#write(key, last, 'DELETED');
  }

  /** Calls `listener` on every change from now on. Returns how to stop. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells `observer` of every transaction from now on. Returns how to stop. */
  observe(observer: TransactionObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Waits for the writes in flight, then closes the files. */
  async close(): Promise<void> {
    await this.#queue.idle();
    // The writer leaves last: it then moves the WAL into the database, and a stopped control plane is one file.
    this.#history.close();
    await this.#queue.close();
  }

  async #write(key: ObjectKey, object: ApiObject, change: ChangeType): Promise<StoredObject> {
    const previous = this.head(key);
    const revision = (this.#assignedRevision += 1);
    object.metadata.resourceVersion = String(revision);
    // The type first: where it is not wanted, in items of a list, it can be cut off without parsing.
    const { apiVersion, kind, ...rest } = object;
    const body = JSON.stringify({ apiVersion, kind, ...rest });
    const stored = toStoredObject(key, object, body);
    this.#inFlight.set(revision, stored);
    const { resource, namespace, name } = key;
    const previousRevision = previous?.revision ?? null;
    const written = this.#queue.submit({ revision, resource, namespace, name, change, previousRevision, body });
    this.#heads.set(headKey(key), { revision, object: change === 'DELETED' ? undefined : stored, written });
    await written;
    return stored;
  }

  #onCommitted(rows: readonly RevisionRow[]): void {
    for (const row of rows) this.#commitRow(row);
    const target = this.#revision - this.#windowRevisions;
    if (target - this.#compactedRevision < COMPACTION_BITE_REVISIONS) return;
    this.#compactedRevision = target;
    this.#queue.compact(target);
  }

  #commitRow(row: RevisionRow): void {
    const object = this.#inFlight.get(row.revision);
    if (object === undefined) throw new Error(`revision ${row.revision} was committed but never submitted`);
    this.#inFlight.delete(row.revision);
    if (this.#heads.get(headKey(row))?.revision === row.revision) this.#heads.delete(headKey(row));
    const previous = this.get(row);
    this.#revision = row.revision;
    this.#place(previous, row.change === 'DELETED' ? undefined : object, object);
    const change: Change = { type: row.change, object, text: row.body, previous };
    this.#recent.add(change);
    for (const listener of this.#listeners) listener(change);
  }

  #place(previous: StoredObject | undefined, next: StoredObject | undefined, at = next ?? previous): void {
    if (at === undefined) return;
    let shelf = this.#shelves.get(at.resource);
    if (shelf === undefined) this.#shelves.set(at.resource, (shelf = new Shelf()));
    if (next === undefined) shelf.delete(shelfKey(at));
    else shelf.set(next);
    this.owners.replace(previous, next);
    if (next?.text !== undefined && next.text.length > LARGE_BODY_CHARS) next.text = undefined;
  }

  /** The numbers of lost writes are not given again: a watcher may have been told nothing of them, a client neither. */
  #onLost(): void {
    this.#heads.clear();
    this.#inFlight.clear();
  }
}

function headKey(key: ObjectKey): string {
  return `${key.resource}/${shelfKey(key)}`;
}
