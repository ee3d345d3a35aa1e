import { access } from 'node:fs/promises';

/** Whether there is something under a path that this process may see. */
export async function pathExists(path: string): Promise<boolean> {
  // Not there, or not for us to see: either way it cannot be used.
  return await access(path).then(
    () => true,
    () => false,
  );
}
