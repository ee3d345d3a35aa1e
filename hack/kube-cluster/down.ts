import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { cgroupPrefix } from './cluster-plan.ts';
import { removeNetwork } from './network.ts';
import { killParts } from './parts.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const CGROUP_MS = 20_000;
const POLL_MS = 100;

/**
 * Ends all of a cluster and leaves nothing of it: processes (and with a node's first one its mounts), links, routes,
 * cgroups, folder. What is not there is no error, so it also clears up after a start that failed.
 */
export async function takeDown(folder: string): Promise<void> {
  await killParts(folder);
  await removeNetwork(folder);
  for (const path of await cgroupsOf(folder)) await removeCgroup(path);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The cluster's cgroups in every hierarchy; on version 2 there is but one. */
async function cgroupsOf(folder: string): Promise<string[]> {
  const prefix = cgroupPrefix(folder);
  const found: string[] = [];
  for (const entry of await readdir(CGROUP_ROOT, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith(prefix)) found.push(join(CGROUP_ROOT, entry.name));
    else found.push(...(await childrenOf(join(CGROUP_ROOT, entry.name))).filter((path) => path.includes(`/${prefix}`)));
  }
  return found;
}

async function childrenOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}

/** Removes a cgroup and all below it; the kernel lets go of those that were killed a moment ago only by and by. */
async function removeCgroup(path: string): Promise<void> {
  for (const child of await childrenOf(path)) await removeCgroup(child);
  const deadlineMs = systemClock.monotonicMs() + CGROUP_MS;
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
