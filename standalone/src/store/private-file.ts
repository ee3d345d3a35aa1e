import { chmodSync, closeSync, openSync } from 'node:fs';

/**
 * Makes sure that a file exists and that only its owner can read it (0600).
 *
 * SQLite would make its files by the umask; its side files take the mode of the database. An empty file is a valid
 * new database.
 */
export function ensurePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
