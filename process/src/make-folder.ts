import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and its parents, like `mkdir -p`; a folder that is there stays as it is.
 *
 * Node's own `mkdir(…, { recursive: true })` never returns where the file system answers ENOENT although the parent is
 * there, as below `/proc`; this throws.
 *
 * @param mode of folders that are made; 0700 unless said
 * @throws the file system's error, e.g. ENOENT, ENOTDIR, EACCES, EROFS
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return requireFolder(path, error);
    if (codeOf(error) !== 'ENOENT' || (await isThere(dirname(path)))) throw error;
    await makeFolder(dirname(path), mode);
    await mkdir(path, { mode });
  }
}

async function requireFolder(path: string, cause: unknown): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw cause;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
