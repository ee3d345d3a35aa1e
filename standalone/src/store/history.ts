import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ApiObject } from '../schema/index.ts';
import { shelfKey, toStoredObject } from './stored-object.ts';
import type { Change, StoredObject } from './stored-object.ts';
import type { ChangeType } from './worker-protocol.ts';

/** A page of objects as they were at one revision. */
export interface SnapshotQuery {
  resource: string;
  /** Undefined asks for all namespaces. */
  namespace: string | undefined;
  revision: number;
  /** Exclusive lower bound, in list order. */
  after: { namespace: string; name: string } | undefined;
  limit: number;
}

/**
 * The past, read from disk on a connection of its own: replays for watchers that were away, snapshots for paged lists,
 * and bodies too large to be kept in memory.
 *
 * Reads run on the calling thread. They touch recent pages, which are in the page cache; what can be slow, the
 * synced commit, is the writer's.
 */
export class History {
  readonly #database: DatabaseSync;
  readonly #body: StatementSync;
  readonly #changes: StatementSync;
  readonly #revision: StatementSync;
  readonly #snapshot: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#body = database.prepare('SELECT body FROM bodies WHERE revision = ?');
    this.#changes = database.prepare(
      `SELECT r.*, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision
       WHERE r.resource = ? AND r.revision > ? AND r.revision <= ? ORDER BY r.revision LIMIT ?`,
    );
    this.#revision = database.prepare(
      'SELECT r.*, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision WHERE r.revision = ?',
    );
    this.#snapshot = database.prepare(
      `SELECT r.*, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision
       WHERE r.resource = :resource AND (:namespace IS NULL OR r.namespace = :namespace)
         AND r.revision <= :revision AND (r.superseded_at IS NULL OR r.superseded_at > :revision)
         AND r.change <> 'DELETED' AND (:after IS NULL OR r.namespace || '/' || r.name > :after)
       ORDER BY r.namespace || '/' || r.name LIMIT :limit`,
    );
  }

  /** JSON of one revision. Throws when it was compacted: the caller holds a revision that is current or in the window. */
  body(revision: number): string {
    const row = this.#body.get(revision);
    if (row === undefined) throw new Error(`revision ${revision} is not in the store`);
    return String(row['body']);
  }

  /** Changes of one resource after `from` up to and including `to`, oldest first. */
  changes(resource: string, range: { from: number; to: number; limit: number }): Change[] {
    return this.#changes
      .all(resource, range.from, range.to, range.limit)
      .map((row) => this.#toChange(row as unknown as RevisionRecord));
  }

  /** Objects of one resource as they were at a revision inside the window, in list order. */
  snapshot(query: SnapshotQuery): StoredObject[] {
    const rows = this.#snapshot.all({
      resource: query.resource,
      namespace: query.namespace ?? null,
      revision: query.revision,
      after: query.after === undefined ? null : shelfKey(query.after),
      limit: query.limit,
    });
    return rows.map((row) => toObject(row as unknown as RevisionRecord));
  }

  /** Every current object, for the start. */
  *current(): Generator<StoredObject> {
    const rows = this.#database
      .prepare(
        `SELECT r.*, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision WHERE r.superseded_at IS NULL`,
      )
      .iterate();
    for (const row of rows) yield toObject(row as unknown as RevisionRecord);
  }

  close(): void {
    this.#database.close();
  }

  #toChange(row: RevisionRecord): Change {
    const previous = row.previous_revision === null ? undefined : this.#revision.get(row.previous_revision);
    return {
      type: row.change,
      object: toObject(row),
      text: row.body,
      previous: previous === undefined ? undefined : toObject(previous as unknown as RevisionRecord),
    };
  }
}

interface RevisionRecord {
  revision: number;
  resource: string;
  namespace: string;
  name: string;
  change: ChangeType;
  previous_revision: number | null;
  body: string;
}

function toObject(row: RevisionRecord): StoredObject {
  const { resource, namespace, name } = row;
  return toStoredObject({ resource, namespace, name }, JSON.parse(row.body) as ApiObject, row.body);
}
