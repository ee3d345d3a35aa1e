import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroups } from './cgroups.ts';
import { removeNetwork } from './network.ts';
import { findClusters, killParts } from './parts.ts';
import { pathExists } from './path-exists.ts';

/** Mount points that a node needs on the machine's file system; node-init marks those that it made. */
const MOUNT_POINTS = [
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/var/lib/nannyapi',
  '/var/log/pods',
  '/var/log/containers',
  '/var/lib/cni',
];
const MARK = '.made-by-hack-kube';

/**
 * Ends all of a cluster and leaves nothing of it: processes (and with a node's first one its mounts), links, routes,
 * cgroups, folders. What is not there is no error, so it also clears up after a start that failed.
 */
export async function takeDown(folder: string): Promise<void> {
  await killParts(folder);
  await removeNetwork(folder);
  await removeCgroups(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  // They are the same for all clusters of the machine.
  if ((await findClusters()).size === 0) await removeMountPoints();
}

async function removeMountPoints(): Promise<void> {
  for (const path of MOUNT_POINTS) {
    if (await pathExists(join(path, MARK))) await rm(path, { recursive: true });
  }
}
