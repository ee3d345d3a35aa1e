import { chmod, copyFile, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError, errorMessage, makeFolder } from '@nannyapi/process';
import { jumpRevisions, newestMarkPath, readMarks } from '../store/database.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { migrate } from '../store/migrations.ts';
import { NewestMark } from '../store/newest-mark.ts';
import { backupError } from './backup-error.ts';
import { checkBackup } from './backup-file.ts';
import type { BackupFacts, CheckedBackup } from './backup-file.ts';
import { claimOpenTasks } from './claim-open-tasks.ts';
import { apiServerFolder, finishRestore, isPresent, restoredFolder } from './data-folder.ts';

/** What {@link restoreBackup} needs. */
export interface RestoreOptions {
  /** Made if missing. */
  dataDir: string;
  /** The backup. */
  path: string;
  /** Consent to move a control plane that is there aside. */
  isReplacing: boolean;
  /** Of the process that holds the folder meanwhile. */
  pid: number;
  now: Date;
}

/** What a restore did. */
export interface Restored {
  facts: BackupFacts;
  /** Where the control plane is that was there before; undefined when there was none. */
  movedTo: string | undefined;
  /** Tasks that were open in the backup: they end as Unknown, for they may have run since. */
  openTasks: number;
}

/**
 * Puts a backup in the place of the API server's folder.
 *
 * ```
 * check the backup ─▶ take the folder ─▶ build api-server.restoring ─▶ rename to .restored   (from here it counts)
 *                                            ─▶ move the old folder aside ─▶ rename to api-server
 * ```
 * A crash before the middle leaves everything as it was; one after it is finished by the next start. The local agent's
 * journal stays where it is: it knows what ran, and must not go back in time.
 *
 * The revision counter jumps ({@link jumpRevisions}): clients that know a later past list again.
 *
 * @throws CodedError `BackupUnreadable`, `BackupNewerVersion`, `DataFolderNotEmpty`, `DataFolderInUse`, `RestoreFailed`.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const backup = checkBackup(options.path);
  const { dataDir } = options;
  try {
    await makeFolder(dataDir);
    await finishRestore(dataDir);
    const current = apiServerFolder(dataDir);
    const isThere = await isPresent(current);
    const lock = isThere ? lockFolder(current, options.pid) : undefined;
    try {
      const isHeld = isThere && (await hasContent(current));
      if (isHeld && !options.isReplacing) throw notEmpty(dataDir);
      const openTasks = await buildFolder(options, backup);
      const movedTo = isHeld ? await moveAside(current, options.now) : undefined;
      if (isThere && !isHeld) await rm(current, { recursive: true });
      await finishRestore(dataDir);
      await syncFolder(dataDir);
      return { facts: backup.facts, movedTo, openTasks };
    } finally {
      lock?.release();
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw backupError(
      'RestoreFailed',
      `${options.path} was not restored to ${dataDir}: ${errorMessage(error)}.`,
      error,
    );
  }
}

function notEmpty(dataDir: string): CodedError {
  return backupError(
    'DataFolderNotEmpty',
    `${dataDir} holds a control plane already. Give another folder, or --replace to move that one aside.`,
  );
}

/** True for a folder that holds more than the lock that was just taken. */
async function hasContent(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => !name.startsWith('lock.db'));
}

/** Builds the new folder whole and synced, under a name that nobody reads. Returns the number of open tasks. */
async function buildFolder({ dataDir, path, now }: RestoreOptions, { files }: CheckedBackup): Promise<number> {
  const building = join(dataDir, 'api-server.restoring');
  const restored = restoredFolder(dataDir);
  await rm(building, { recursive: true, force: true });
  await rm(restored, { recursive: true, force: true });
  await mkdir(building, { mode: 0o700 });
  try {
    const databasePath = join(building, 'objects.db');
    await copyFile(path, databasePath);
    await chmod(databasePath, 0o600);
    const openTasks = makeStore(databasePath, now);
    for (const [name, content] of files) await writeFile(join(building, name), content, { mode: 0o600 });
    for (const name of await readdir(building)) await syncFile(join(building, name));
    await syncFolder(building);
    await rename(building, restored);
    await syncFolder(dataDir);
    return openTasks;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
}

/** Makes the database of a control plane out of the copy of a backup. */
function makeStore(databasePath: string, now: Date): number {
  using database = new DatabaseSync(databasePath);
  // The secrets beside the database go without a trace: they get files of their own.
  database.exec('PRAGMA secure_delete = ON; DROP TABLE backup_info; DROP TABLE backup_files');
  migrate(database, databasePath);
  database.exec('BEGIN IMMEDIATE');
  jumpRevisions(database);
  const openTasks = claimOpenTasks(database, now);
  database.exec('COMMIT');
  const newest = NewestMark.open(newestMarkPath(databasePath));
  newest.note(readMarks(database).revision);
  newest.close();
  return openTasks;
}

/** Renames the old folder, so that nothing is ever lost. */
async function moveAside(folder: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let attempt = 1; ; attempt += 1) {
    const aside = `${folder}.before-restore-${stamp}${attempt === 1 ? '' : `-${attempt}`}`;
    if (await isPresent(aside)) continue;
    await rename(folder, aside);
    return aside;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const syncFolder = syncFile;
