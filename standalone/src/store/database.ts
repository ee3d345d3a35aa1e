import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';
import { NewestMark, readNewestMark } from './newest-mark.ts';
import { ensurePrivateFile } from './private-file.ts';
import { corrupt, isDamage, StoreRefusedError } from './store-problem.ts';

/**
 * How far the counter jumps when the database may be older than what clients saw (a restored backup, a file copied by
 * hand): more writes than a control plane makes between two backups. The same step as `etcdutl snapshot restore
 * --bump-revision` is documented with.
 */
export const REVISION_JUMP = 1_000_000_000;

/** A database opened for writing. */
export interface OpenedDatabase {
  database: DatabaseSync;
  newest: NewestMark;
}

/** File of the {@link NewestMark} of a database. */
export function newestMarkPath(databasePath: string): string {
  return `${databasePath}-newest`;
}

/**
 * Opens the store's file for writing, checks it, makes or migrates its tables.
 *
 * @throws StoreRefusedError `StoreCorrupt`, `StoreIncomplete` or `StoreNewerVersion`; any other system error as it is.
 */
export function openDatabase(path: string): OpenedDatabase {
  ensurePrivateFile(path);
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
    const found = migrate(database, path);
    checkStructure(database, path);
    const newest = openNewestMark(database, { path, isExpected: found >= 2 });
    return { database, newest };
  } catch (error) {
    database.close();
    throw isDamage(error) ? corrupt(path, error instanceof Error ? error.message : String(error), error) : error;
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

/**
 * Moves the counter on by {@link REVISION_JUMP} and drops the past before it.
 *
 * No number that a client may have seen is then given a second time, and a client that comes with any older number, or
 * one from the future that was lost, is told that it expired and lists again.
 */
export function jumpRevisions(database: DatabaseSync): void {
  database.exec(`UPDATE marks SET value = (SELECT value FROM marks WHERE name = 'revision') + ${REVISION_JUMP}`);
}

/** Compares tables with their indexes too: 75 ms for 65 MB. What is in the bodies is checked when it is read. */
function checkStructure(database: DatabaseSync, path: string): void {
  const [first] = database.prepare('PRAGMA integrity_check(1)').all();
  const verdict = String(first?.['integrity_check']);
  if (verdict !== 'ok') throw corrupt(path, verdict);
}

/** Compares the database with its witness; without one the database may be of any age, and the counter jumps. */
function openNewestMark(database: DatabaseSync, expected: { path: string; isExpected: boolean }): NewestMark {
  const { path, isExpected } = expected;
  const markPath = newestMarkPath(path);
  const marked = readNewestMark(markPath);
  const { revision } = readMarks(database);
  if (marked !== undefined && marked > revision) {
    throw new StoreRefusedError(
      'StoreIncomplete',
      `${path} ends at revision ${revision}, but revision ${marked} was acknowledged: ${path}-wal was damaged or removed, or the file was replaced. Restore a backup with 'nanny standalone restore'; or, to go on without these writes, remove ${markPath}.`,
    );
  }
  if (marked === undefined && isExpected && revision > 0) jumpRevisions(database);
  const newest = NewestMark.open(markPath);
  newest.note(readMarks(database).revision);
  return newest;
}
