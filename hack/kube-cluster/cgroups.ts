import { copyFile, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { cgroupPrefix } from './cluster-plan.ts';
import { pathExists } from './path-exists.ts';

const ROOT = '/sys/fs/cgroup';
const REMOVE_MS = 20_000;
const POLL_MS = 100;

/** Makes the cgroup below which all pods of a node are, in every hierarchy; kubelet wants it there already. */
export async function makeCgroup(name: string): Promise<void> {
  if (await pathExists(join(ROOT, 'cgroup.controllers'))) {
    const controllers = (await readFile(join(ROOT, 'cgroup.controllers'), 'utf8')).trim().split(' ');
    await writeFile(join(ROOT, 'cgroup.subtree_control'), controllers.map((each) => `+${each}`).join(' '));
    await mkdir(join(ROOT, name), { recursive: true });
    return;
  }
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, name);
    await mkdir(path, { recursive: true });
    // Version 1 lets nobody into a group that has no processors and no memory.
    if (!(await pathExists(join(path, 'cpuset.mems')))) continue;
    for (const file of ['cpuset.cpus', 'cpuset.mems']) await copyFile(join(hierarchy, file), join(path, file));
  }
}

/** Removes a cgroup of {@link makeCgroup} with those below it, in every hierarchy. */
export async function removeCgroup(name: string): Promise<void> {
  for (const parent of [ROOT, ...(await hierarchies())]) {
    const path = join(parent, name);
    if (await pathExists(path)) await removeTree(path);
  }
}

/** Removes all cgroups of a cluster with those below them. */
export async function removeCgroups(folder: string): Promise<void> {
  const prefix = cgroupPrefix(folder);
  for (const parent of [ROOT, ...(await hierarchies())]) {
    const own = (await childrenOf(parent)).filter((path) => path.startsWith(join(parent, prefix)));
    for (const path of own) await removeTree(path);
  }
}

/** The roots of version 1, each with a folder of its own; none on version 2. */
async function hierarchies(): Promise<string[]> {
  const found: string[] = [];
  for (const path of await childrenOf(ROOT)) if (await isHierarchy(path)) found.push(path);
  return found;
}

async function isHierarchy(path: string): Promise<boolean> {
  return (await pathExists(join(path, 'cgroup.procs'))) && !(await pathExists(join(ROOT, 'cgroup.controllers')));
}

/** The kernel lets go of a group whose processes were killed a moment ago only by and by. */
async function removeTree(path: string): Promise<void> {
  for (const child of await childrenOf(path)) await removeTree(child);
  const deadlineMs = systemClock.monotonicMs() + REMOVE_MS;
  for (;;) {
    try {
      await rmdir(path);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || systemClock.monotonicMs() > deadlineMs) throw error;
    }
    await systemClock.sleep(POLL_MS);
  }
}

async function childrenOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}
