import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { CodedError } from '@nannyapi/process';
import type { ApiObject } from '../schema/index.ts';
import { openForReading } from './database.ts';
import { shelfKey, toStoredObject } from './stored-object.ts';
import type { Change, StoredObject } from './stored-object.ts';
import { corrupt, isDamage } from './store-problem.ts';
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
 * Reads run on the calling thread. They touch recent pages, which are in the page cache; what is slow, the synced
 * commit, is the writer's. A disk that does not answer at all holds them up too, hence {@link RecentChanges}. Each body is compared with its checksum.
 */
export class History {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #body: StatementSync;
  readonly #changes: StatementSync;
  readonly #revision: StatementSync;
  readonly #snapshot: StatementSync;

  /** @throws CodedError `StoreCorrupt`. */
  constructor(path: string) {
    this.#path = path;
    const database = openForReading(path);
    this.#database = database;
    this.#body = database.prepare('SELECT revision, body, crc32 FROM bodies WHERE revision = ?');
    this.#changes = database.prepare(
      `SELECT r.*, b.body, b.crc32 FROM revisions r JOIN bodies b ON b.revision = r.revision
       WHERE r.resource = ? AND r.revision > ? AND r.revision <= ? ORDER BY r.revision LIMIT ?`,
    );
    this.#revision = database.prepare(
      'SELECT r.*, b.body, b.crc32 FROM revisions r JOIN bodies b ON b.revision = r.revision WHERE r.revision = ?',
    );
    // The order of `revisions_by_path`; `0` is the character after `/`.
    this.#snapshot = database.prepare(
      `SELECT r.*, b.body, b.crc32 FROM revisions r JOIN bodies b ON b.revision = r.revision
       WHERE r.resource = :resource AND r.namespace || '/' || r.name > :after
         AND r.namespace || '/' || r.name < :end
         AND r.revision <= :revision AND (r.superseded_at IS NULL OR r.superseded_at > :revision)
         AND r.change <> 'DELETED'
       ORDER BY r.namespace || '/' || r.name LIMIT :limit`,
    );
  }

  /** JSON of one revision. @throws CodedError `Expired` when it was compacted since the caller took hold of it. */
  body(revision: number): string {
    return this.#guard(() => {
      const row = this.#body.get(revision);
      if (row === undefined) throw compacted(revision);
      return this.#check(row as unknown as BodyRecord).body;
    });
  }

  /** Changes of one resource after `from` up to and including `to`, oldest first. */
  changes(resource: string, range: { from: number; to: number; limit: number }): Change[] {
    return this.#guard(() =>
      this.#changes
        .all(resource, range.from, range.to, range.limit)
        .map((row) => this.#toChange(row as unknown as RevisionRecord)),
    );
  }

  /** Objects of one resource as they were at a revision inside the window, in list order. */
  snapshot(query: SnapshotQuery): StoredObject[] {
    const { resource, namespace, revision, after, limit } = query;
    const start = namespace === undefined ? '' : `${namespace}/`;
    const afterKey = after === undefined ? '' : shelfKey(after);
    return this.#guard(() => {
      const rows = this.#snapshot.all({
        resource,
        revision,
        limit,
        after: afterKey > start ? afterKey : start,
        end: namespace === undefined ? LAST_KEY : `${namespace}0`,
      });
      return rows.map((row) => this.#toObject(row as unknown as RevisionRecord));
    });
  }

  /** Every current object, for the start. */
  *current(): Generator<StoredObject> {
    const rows = this.#guard(() =>
      this.#database
        .prepare(
          `SELECT r.*, b.body, b.crc32 FROM revisions r LEFT JOIN bodies b ON b.revision = r.revision
           WHERE r.superseded_at IS NULL`,
        )
        .iterate(),
    );
    for (;;) {
      const next = this.#guard(() => rows.next());
      if (next.done === true) return;
      yield this.#toObject(next.value as unknown as RevisionRecord);
    }
  }

  close(): void {
    this.#database.close();
  }

  #toChange(row: RevisionRecord): Change {
    const previous = row.previous_revision === null ? undefined : this.#revision.get(row.previous_revision);
    return {
      type: row.change,
      object: this.#toObject(row),
      text: row.body,
      previous: previous === undefined ? undefined : this.#toObject(previous as unknown as RevisionRecord),
    };
  }

  #toObject(row: RevisionRecord): StoredObject {
    const { resource, namespace, name } = row;
    const { body } = this.#check(row);
    return toStoredObject({ resource, namespace, name }, JSON.parse(body) as ApiObject, body);
  }

  #check<T extends BodyRecord>(row: T): T {
    if (row.body !== null && crc32(row.body) === row.crc32) return row;
    throw damaged(this.#path, `the object of revision ${row.revision} is not what was written`);
  }

  #guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw isDamage(error) ? damaged(this.#path, (error as Error).message, error) : error;
    }
  }
}

/** Above every key: names and namespaces are ASCII. */
const LAST_KEY = '\u{10FFFF}';

interface BodyRecord {
  revision: number;
  body: string;
  crc32: number;
}

interface RevisionRecord extends BodyRecord {
  resource: string;
  namespace: string;
  name: string;
  change: ChangeType;
  previous_revision: number | null;
}

function damaged(path: string, why: string, cause?: unknown): CodedError {
  const { code, message } = corrupt(path, why);
  return new CodedError({ code, message, cause });
}

function compacted(revision: number): CodedError {
  return new CodedError({ code: 'Expired', status: 410, message: `revision ${revision} is no longer kept` });
}
