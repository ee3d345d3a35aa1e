import { DatabaseSync } from 'node:sqlite';
import { ensurePrivateFile } from './private-file.ts';
import type { StoreRefusal } from './worker-protocol.ts';

/**
 * Version of the tables below, kept in SQLite's `user_version`.
 *
 * ```
 * revisions  one row per write: who, what, which revision it replaced, which replaced it (superseded_at)
 * bodies     the object's JSON of each revision; apart, so that marking a row superseded does not rewrite its body
 * marks      the revision counter and the compaction mark
 * ```
 * The current state is `superseded_at IS NULL`; the state at revision R is every row with
 * `revision <= R < superseded_at`; the watch window is every row after the compaction mark.
 */
export const STORE_VERSION = 1;

/** One step per version: index 0 makes version 1 out of an empty file. */
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
];

/** A database file that must not be used as it is. */
export class StoreRefusedError extends Error {
  readonly code: StoreRefusal;

  constructor(code: StoreRefusal, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreRefusedError';
    this.code = code;
  }
}

/** SQLite's primary result codes for a file that is damaged or is no database. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Opens the store's file for writing, makes or migrates its tables.
 *
 * @throws StoreRefusedError `StoreCorrupt` or `StoreNewerVersion`; any other system error as it is.
 */
export function openDatabase(path: string): DatabaseSync {
  ensurePrivateFile(path);
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw describe(error, path);
  }
}

/** Opens the file for reading beside the writer. WAL lets both work at once. */
export function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 5000 });
}

/** The revision counter and the compaction mark. */
export function readMarks(database: DatabaseSync): { revision: number; compactedRevision: number } {
  const rows = database.prepare('SELECT name, value FROM marks').all();
  const mark = (name: string): number => Number(rows.find((row) => row['name'] === name)?.['value'] ?? 0);
  return { revision: mark('revision'), compactedRevision: mark('compacted') };
}

function migrate(database: DatabaseSync, path: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (found > STORE_VERSION) {
    throw new StoreRefusedError(
      'StoreNewerVersion',
      `${path} was written by a newer release (store version ${found}; this release reads up to ${STORE_VERSION}). Start the newer release, or give another data folder.`,
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < found) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

function describe(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) return error;
  return new StoreRefusedError(
    'StoreCorrupt',
    `${path} is damaged or is not a database. Restore it from a backup, or move it away to start empty.`,
    error,
  );
}

/** The primary result code of a node:sqlite error; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
