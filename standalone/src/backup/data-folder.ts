import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The part of a data folder that the API server owns: the database, the authority, the tokens. */
export function apiServerFolder(dataDir: string): string {
  return join(dataDir, 'api-server');
}

/** In that folder: the keys that protect sessions and codes of the facade, so that they are backed up and restored with it. */
export const SECRET_KEYS_FILE = 'secret-keys';

/** Where a restored API server stands when it is whole and only its name is missing. */
export function restoredFolder(dataDir: string): string {
  return join(dataDir, 'api-server.restored');
}

/** True when there is a folder or file of this name. */
export async function isPresent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Gives a restored folder its name, when a crash kept the restore from doing so.
 *
 * Between the moment in which the old folder was moved aside and that in which the new one has its name there is no
 * folder at all; a start in between would begin an empty control plane.
 */
export async function finishRestore(dataDir: string): Promise<void> {
  const [restored, current] = [restoredFolder(dataDir), apiServerFolder(dataDir)];
  if (!(await isPresent(restored)) || (await isPresent(current))) return;
  await rename(restored, current);
}
