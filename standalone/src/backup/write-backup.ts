import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError, errorMessage } from '@nannyapi/process';
import { newestMarkPath, openForReading, readMarks } from '../store/database.ts';
import { newerVersion, readStoreVersion, STORE_VERSION } from '../store/migrations.ts';
import { readNewestMark } from '../store/newest-mark.ts';
import { readIfPresent } from '../read-if-present.ts';
import { backupError } from './backup-error.ts';
import { BACKED_UP_FILES, BACKUP_FORMAT, BACKUP_TABLES, checkBackup } from './backup-file.ts';
import type { BackupFacts } from './backup-file.ts';
import { apiServerFolder } from './data-folder.ts';

/** What {@link writeBackup} needs. */
export interface BackupOptions {
  /** Data folder of the control plane, which may run or not. */
  dataDir: string;
  /** Replaced if it is there. */
  path: string;
  productVersion: string;
  now: Date;
}

/**
 * Writes a backup of a control plane to one file, mode 0600, and reads it back.
 *
 * The control plane may run: `VACUUM INTO` copies what one read transaction sees, and in WAL mode no reader holds up
 * the writer. Unlike a copy page by page (node:sqlite's `backup()`) it does not begin again when somebody writes, it
 * reads every row, and it leaves out the free pages, where deleted secrets may still stand.
 *
 * The file appears under its name only when all of it is written, checked and synced.
 *
 * @throws CodedError of `BACKUP_ERRORS`, or `StoreNewerVersion`.
 */
export async function writeBackup(options: BackupOptions): Promise<BackupFacts> {
  const folder = apiServerFolder(options.dataDir);
  await checkPlaces(options, folder);
  const temporaryPath = `${options.path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const newest = readNewestMark(newestMarkPath(join(folder, 'objects.db')));
    copyStore(join(folder, 'objects.db'), temporaryPath);
    await addFiles(temporaryPath, folder, options);
    const { facts } = checkBackup(temporaryPath);
    if (newest !== undefined && facts.revision < newest) {
      throw new Error(`${folder}/objects.db lacks acknowledged writes: it ends at ${facts.revision}, not ${newest}`);
    }
    await sync(temporaryPath);
    await rename(temporaryPath, options.path);
    await sync(dirname(options.path));
    return facts;
  } catch (error) {
    await rm(temporaryPath, { force: true });
    await rm(`${temporaryPath}-journal`, { force: true });
    if (error instanceof CodedError && error.code === 'StoreNewerVersion') throw error;
    throw backupError('BackupFailed', `No backup was written to ${options.path}: ${errorMessage(error)}.`, error);
  }
}

async function checkPlaces(options: BackupOptions, folder: string): Promise<void> {
  const database = join(folder, 'objects.db');
  const isThere = await stat(database).then(
    (facts) => facts.isFile(),
    () => false,
  );
  if (!isThere) {
    throw backupError('NothingToBackUp', `${options.dataDir} holds no control plane: there is no ${database}.`);
  }
  const target = await realpath(dirname(options.path)).catch((error: unknown) => {
    throw backupError('BackupFailed', `${dirname(options.path)} is not a folder that can be written to.`, error);
  });
  const source = await realpath(options.dataDir);
  if (target === source || target.startsWith(source + sep)) {
    throw backupError(
      'BackupInDataFolder',
      `${join(target, basename(options.path))} lies in the data folder, and would be lost with it. Give a place elsewhere, best on another disk.`,
    );
  }
}

function copyStore(databasePath: string, path: string): void {
  // Made here, so that nobody else can read it for a moment; an empty file is what VACUUM INTO may fill.
  closeSync(openSync(path, 'wx', 0o600));
  using source = openForReading(databasePath);
  const version = readStoreVersion(source);
  if (version > STORE_VERSION) {
    const { code, message } = newerVersion(databasePath, version);
    throw new CodedError({ code, message, status: 0 });
  }
  readMarks(source);
  source.prepare('VACUUM INTO ?').run(path);
}

async function addFiles(path: string, folder: string, { productVersion, now }: BackupOptions): Promise<void> {
  const files = await Promise.all(
    BACKED_UP_FILES.map(async (name) => ({ name, content: await readIfPresent(join(folder, name)) })),
  );
  using backup = new DatabaseSync(path);
  backup.exec('PRAGMA journal_mode = DELETE; BEGIN');
  backup.exec(BACKUP_TABLES);
  const addInfo = backup.prepare('INSERT INTO backup_info (key, value) VALUES (?, ?)');
  addInfo.run('format', String(BACKUP_FORMAT));
  addInfo.run('createdTime', now.toISOString());
  addInfo.run('productVersion', productVersion);
  const addFile = backup.prepare('INSERT INTO backup_files (name, content) VALUES (?, ?)');
  for (const { name, content } of files) {
    // A control plane that never came as far as this file makes a new one.
    if (content !== undefined) addFile.run(name, content);
  }
  backup.exec('COMMIT');
}

/** On disk for good: the content of a file, or the names in a folder. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
