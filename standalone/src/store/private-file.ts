import { chmodSync, closeSync, openSync } from 'node:fs';

/**
 * Makes sure that a file exists and that only its owner can read it (0600).
 *
 * SQLite would make its files by the umask; its side files take the mode of the database. An empty file is a valid
 * new database. A file that exists is not opened: closing any descriptor of a file drops this process's POSIX locks
 * on it, SQLite's included (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function ensurePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(path, 0o600);
}
