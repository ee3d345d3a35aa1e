import { crc32 } from 'node:zlib';
import { DatabaseSync } from 'node:sqlite';
import { errorMessage } from '@nannyapi/process';
import { readMarks } from '../store/database.ts';
import { SECRET_KEYS_FILE } from './data-folder.ts';
import { SIGNING_KEY_FILE } from '../service-accounts/signing-key.ts';
import { readStoreVersion, STORE_VERSION } from '../store/migrations.ts';
import { backupError } from './backup-error.ts';

/**
 * A backup is one SQLite file: the tables of the store as they were at one revision, and two tables more.
 *
 * ```
 * backup_info   key, value: format, createdTime, productVersion
 * backup_files  name, content: the files beside the database without which no client could come back (SECRETS)
 * ```
 */
export const BACKUP_FORMAT = 2;

/**
 * Files of the API server's folder that a backup holds: its authority, the admin's token, the hashes of all tokens, and (from
 * format 2 on) the key of the tokens of ServiceAccounts and the keys that protect sessions and codes.
 */
export const BACKED_UP_FILES = [
  'ca.crt',
  'ca.key',
  'admin.token',
  'tokens.json',
  SIGNING_KEY_FILE,
  SECRET_KEYS_FILE,
] as const;

/** Tables that a backup has besides those of the store. */
export const BACKUP_TABLES = `
  CREATE TABLE backup_info (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE backup_files (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;`;

/** What is in a backup. */
export interface BackupFacts {
  createdTime: string;
  productVersion: string;
  storeVersion: number;
  /** The revision whose state it holds. */
  revision: number;
  /** Objects in it. */
  objects: number;
}

/** A backup that was checked, open for reading. */
export interface CheckedBackup {
  facts: BackupFacts;
  /** Content by name. */
  files: ReadonlyMap<string, string>;
}

/**
 * Reads all of a backup: its structure, the checksum of every object, its version.
 *
 * @throws CodedError `BackupUnreadable` or `BackupNewerVersion`, naming the file.
 */
export function checkBackup(path: string): CheckedBackup {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const facts = readFacts(database, path);
    const [verdict] = database.prepare('PRAGMA integrity_check(1)').all();
    if (verdict?.['integrity_check'] !== 'ok') throw new Error(String(verdict?.['integrity_check']));
    if (facts.storeVersion >= 2) checkBodies(database);
    return { facts, files: readFiles(database) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'BackupNewerVersion') throw error;
    const why = errorMessage(error);
    throw backupError('BackupUnreadable', `${path} is not a backup that can be restored: ${why}.`, error);
  } finally {
    database?.close();
  }
}

function readFacts(database: DatabaseSync, path: string): BackupFacts {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'backup_info'").all();
  if (tables.length === 0) throw new Error('it is a database, but no backup');
  const rows = database.prepare('SELECT key, value FROM backup_info').all();
  const info = new Map(rows.map((row) => [String(row['key']), String(row['value'])]));
  const format = Number(info.get('format'));
  const storeVersion = readStoreVersion(database);
  if (format > BACKUP_FORMAT || storeVersion > STORE_VERSION) {
    throw backupError(
      'BackupNewerVersion',
      `${path} was made by a newer release (${info.get('productVersion')}; backup format ${format}, store version ${storeVersion}; this release reads up to ${BACKUP_FORMAT} and ${STORE_VERSION}). Restore it with that release.`,
    );
  }
  const current = "SELECT count(*) AS objects FROM revisions WHERE superseded_at IS NULL AND change <> 'DELETED'";
  return {
    createdTime: info.get('createdTime') ?? '',
    productVersion: info.get('productVersion') ?? '',
    storeVersion,
    revision: readMarks(database).revision,
    objects: Number(database.prepare(current).get()?.['objects']),
  };
}

function checkBodies(database: DatabaseSync): void {
  const rows = database
    .prepare('SELECT r.revision, b.body, b.crc32 FROM revisions r LEFT JOIN bodies b ON b.revision = r.revision')
    .iterate();
  for (const row of rows) {
    const { revision, body, crc32: expected } = row;
    if (typeof body === 'string' && crc32(body) === expected) continue;
    throw new Error(`the object of revision ${String(revision)} is not what was written`);
  }
}

function readFiles(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare('SELECT name, content FROM backup_files').all();
  const files = new Map(rows.map((row) => [String(row['name']), String(row['content'])]));
  // A name is where a file is written: only ours are.
  for (const name of files.keys()) {
    if (!BACKED_UP_FILES.some((known) => known === name)) throw new Error(`it holds a strange file, ${name}`);
  }
  return files;
}
