import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathExists } from './path-exists.ts';
import { planCluster, type ClusterPlan } from './cluster-plan.ts';

/** What must be known to find, change and end a cluster again. */
export interface ClusterState {
  network: number;
  nodeCount: number;
  etcdPort: number;
  /** Where the compiled programs are. */
  programs: string;
}

/** The file that says that a cluster came up wholly: one without it was killed in the middle of its start. */
const COMPLETE = 'complete';

/** Notes that a cluster came up wholly. */
export async function markComplete(folder: string): Promise<void> {
  await writeFile(join(folder, COMPLETE), '');
}

/** True for a cluster that came up wholly once, whatever became of it. */
export async function isComplete(folder: string): Promise<boolean> {
  return await pathExists(join(folder, COMPLETE));
}

/** A cluster that was begun, up or not. */
export interface KnownCluster {
  plan: ClusterPlan;
  state: ClusterState;
}

/** The cluster of a state folder; undefined when there is none. */
export async function readCluster(folder: string): Promise<KnownCluster | undefined> {
  try {
    const state = JSON.parse(await readFile(join(folder, 'cluster.json'), 'utf8')) as ClusterState;
    return { plan: planCluster({ folder, ...state }), state };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes down a cluster before anything of it exists, so that `down` finds all of a start that failed. */
export async function writeCluster(folder: string, state: ClusterState): Promise<KnownCluster> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(join(folder, 'cluster.json'), JSON.stringify(state, null, 2));
  return { plan: planCluster({ folder, ...state }), state };
}
