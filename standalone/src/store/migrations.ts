import { crc32 } from 'node:zlib';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from './store-problem.ts';

/**
 * Version of the tables below, kept in SQLite's `user_version`.
 *
 * ```
 * revisions  one row per write: who, what, which revision it replaced, which replaced it (superseded_at)
 * bodies     the object's JSON of each revision and its checksum; apart, so that marking a row superseded does not
 *            rewrite its body
 * marks      the revision counter and the compaction mark
 * ```
 * The current state is `superseded_at IS NULL`; the state at revision R is every row with
 * `revision <= R < superseded_at`; the watch window is every row after the compaction mark.
 */
export const STORE_VERSION = 2;

/**
 * One step per version: index 0 makes version 1 out of an empty file. Released steps never change.
 *
 * 2. The index by path has the order of lists (`namespace/name`, as etcd's keys), so that a page of the past is read
 *    without sorting all of it. The checksum finds damage inside a body, which SQLite itself does not see.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE revisions (
     revision INTEGER PRIMARY KEY,
     resource TEXT NOT NULL,
     namespace TEXT NOT NULL,
     name TEXT NOT NULL,
     change TEXT NOT NULL CHECK (change IN ('ADDED', 'MODIFIED', 'DELETED')),
     previous_revision INTEGER,
     superseded_at INTEGER
   ) STRICT;
   CREATE INDEX revisions_by_key ON revisions (resource, namespace, name, revision);
   CREATE INDEX revisions_by_resource ON revisions (resource, revision);
   CREATE INDEX revisions_superseded ON revisions (superseded_at) WHERE superseded_at IS NOT NULL;
   CREATE TABLE bodies (revision INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
   CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
   INSERT INTO marks (name, value) VALUES ('revision', 0), ('compacted', 0);`,
  `DROP INDEX revisions_by_key;
   CREATE INDEX revisions_by_path ON revisions (resource, namespace || '/' || name, revision);
   ALTER TABLE bodies ADD COLUMN crc32 INTEGER NOT NULL DEFAULT 0;
   UPDATE bodies SET crc32 = body_crc32(body);`,
];

/**
 * Brings a database to {@link STORE_VERSION}, all steps in one transaction: a crash in the middle leaves the old version whole.
 *
 * @returns the version it had; 0 for an empty file.
 * @throws StoreRefusedError `StoreNewerVersion`, or `StoreCorrupt` for a database that is not ours.
 */
export function migrate(database: DatabaseSync, path: string): number {
  const found = readStoreVersion(database);
  if (found > STORE_VERSION) throw newerVersion(path, found);
  if (found === STORE_VERSION) return found;
  if (found === 0 && hasTables(database)) {
    throw new StoreRefusedError(
      'StoreCorrupt',
      `${path} is a database of something else. Move it away, or give another data folder.`,
    );
  }
  database.function('body_crc32', { deterministic: true }, (body) => crc32(String(body)));
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of MIGRATIONS.slice(found)) database.exec(sql);
    database.exec(`PRAGMA user_version = ${STORE_VERSION}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  return found;
}

/** The version of the tables in a database; 0 for a database that has none. */
export function readStoreVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** The refusal of a database whose tables this release does not know. */
export function newerVersion(path: string, found: number): StoreRefusedError {
  return new StoreRefusedError(
    'StoreNewerVersion',
    `${path} was written by a newer release (store version ${found}; this release reads up to ${STORE_VERSION}). Start the newer release, or give another data folder.`,
  );
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
}
