import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How {@link writeFileAtomic} makes the file. */
export interface AtomicFileOptions {
  /** Permission bits, whatever the umask is. Default 0o600. */
  mode?: number | undefined;
}

/**
 * Replaces a file such that a reader, a crash or a power loss sees the old content or the new, never a mixture.
 *
 * Temporary file in the same folder, fsync, rename, fsync of the folder. When it rejects, the old
 * file still stands and the temporary one is gone.
 *
 * @throws the system error, for example ENOSPC or ENOENT for a missing folder.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const temporaryPath = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeSynced(temporaryPath, data, options.mode ?? 0o600);
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeSynced(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    // The umask may have taken bits away from the mode given to open().
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this the rename itself may be lost with the power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
