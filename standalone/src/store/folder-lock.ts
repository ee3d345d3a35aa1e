import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '@nannyapi/process';
import { ensurePrivateFile } from './private-file.ts';
import { isBusy } from './store-problem.ts';

/** A data folder held by this process. */
export interface FolderLock {
  /** Lets go. Also happens by itself when the process dies, however it dies. */
  release(): void;
}

/**
 * Takes a data folder for one process.
 *
 * The lock is SQLite's write lock on a file of its own, that is, a kernel file lock: unlike a pid file it
 * cannot outlive its holder. The pid in the file only serves the message.
 *
 * @throws CodedError `DataFolderInUse`, naming the holder's pid.
 */
export function lockFolder(folder: string, pid: number): FolderLock {
  const lockPath = join(folder, 'lock.db');
  ensurePrivateFile(lockPath);
  const database = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL);');
    database.exec('DELETE FROM holder');
    database.prepare('INSERT INTO holder (pid) VALUES (?)').run(pid);
    database.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const holder = isBusy(error) ? readHolder(lockPath) : undefined;
    database.close();
    if (!isBusy(error)) throw error;
    throw new CodedError({
      code: 'DataFolderInUse',
      message: `The data folder is in use by another control plane${holder === undefined ? '' : ` (pid ${holder})`}: ${folder}. Stop it, or give another data folder.`,
      cause: error,
    });
  }
  return { release: () => database.close() };
}

function readHolder(lockPath: string): number | undefined {
  try {
    using database = new DatabaseSync(lockPath, { readOnly: true, timeout: 100 });
    const pid = database.prepare('SELECT pid FROM holder').get()?.['pid'];
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    // The holder is between its two transactions; the message does without the pid.
    return undefined;
  }
}
