import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import type { UndoStack } from './fault.ts';
import { waitUntil } from './fault.ts';
import { suffix } from './shell.ts';

/** A control group of the test's own. */
export interface TestCgroup {
  path: string;
  version: 1 | 2;
  set(file: string, value: string): Promise<void>;
}

/**
 * Makes a control group directly below the root of the hierarchy that a controller is bound to, version 1 or 2.
 *
 * @throws Error when neither hierarchy has the controller or is writable.
 */
export async function makeCgroup(
  undo: UndoStack,
  controller: 'cpu' | 'memory' | 'pids',
  name: string,
): Promise<TestCgroup> {
  const { root, version } = await findHierarchy(controller);
  const path = `${root}/${name}-${suffix()}`;
  await mkdir(path);
  undo.push(async () => {
    // Its tasks have been killed; the kernel lets go of them some milliseconds later.
    await waitUntil(`cgroup ${path} is removed`, async () => removeFolder(path));
  });
  return { path, version, set: async (file, value) => writeFile(`${path}/${file}`, value) };
}

async function removeFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

async function findHierarchy(controller: string): Promise<{ root: string; version: 1 | 2 }> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const v1 = lines.find(([, , type, options = '']) => type === 'cgroup' && options.split(',').includes(controller));
  if (v1?.[1] !== undefined) return { root: v1[1], version: 1 };
  const v2 = lines.find(([, , type]) => type === 'cgroup2')?.[1];
  if (v2 === undefined) throw new Error(`no cgroup hierarchy has controller ${controller}`);
  const controllers = await readFile(`${v2}/cgroup.controllers`, 'utf8');
  if (!controllers.split(/\s+/u).includes(controller)) throw new Error(`${v2} lacks controller ${controller}`);
  await writeFile(`${v2}/cgroup.subtree_control`, `+${controller}`);
  return { root: v2, version: 2 };
}
