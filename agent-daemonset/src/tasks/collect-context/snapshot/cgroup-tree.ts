import type { CollectorHost } from '../../../host/collector-host.ts';
import type { Mount } from './mounts.ts';

/** Where the control groups of one controller live. */
export interface CgroupTree {
  version: 1 | 2;
  /** Mount point, e.g. /sys/fs/cgroup/cpu,cpuacct or /sys/fs/cgroup. */
  root: string;
}

/** Controllers that the collector reads. */
export type Controller = 'cpu' | 'memory' | 'pids';

/** More groups than this in one tree are not looked at. */
const MAX_GROUPS = 1500;
const MAX_DEPTH = 16;

/**
 * The trees that may hold groups of a controller: the version 1 hierarchy it is bound to, and the version 2 one.
 * Both may exist at once (hybrid); a controller works in only one, but the other is cheap to look at.
 */
export function findCgroupTrees(mounts: readonly Mount[], controller: Controller): CgroupTree[] {
  const trees: CgroupTree[] = [];
  const v1 = mounts.find((mount) => mount.type === 'cgroup' && mount.superOptions.includes(controller));
  if (v1) trees.push({ version: 1, root: v1.path });
  const v2 = mounts.find((mount) => mount.type === 'cgroup2');
  if (v2) trees.push({ version: 2, root: v2.path });
  return trees;
}

/** Which layout the host has. */
export function cgroupLayout(mounts: readonly Mount[]): 'V1' | 'V2' | 'Hybrid' | 'None' {
  const hasV1 = mounts.some((mount) => mount.type === 'cgroup');
  const hasV2 = mounts.some((mount) => mount.type === 'cgroup2');
  if (hasV1) return hasV2 ? 'Hybrid' : 'V1';
  return hasV2 ? 'V2' : 'None';
}

/** All groups below the root of a tree, parents first; the root itself is the machine and has no limits. */
export async function listGroups(host: CollectorHost, tree: CgroupTree): Promise<string[]> {
  const found: string[] = [];
  let level = [tree.root];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const names = await host.readDir(folder);
      const groups = names.filter((name) => !isControlFile(name)).map((name) => `${folder}/${name}`);
      for (const group of groups) {
        // Only a group has cgroup.procs; a name with a dot may be either.
        const procs = await host.readFile(`${group}/cgroup.procs`, { maxBytes: 64 });
        if (procs !== undefined && found.length + next.length < MAX_GROUPS) next.push(group);
      }
    }
    found.push(...next);
    level = next;
  }
  return found;
}

const CONTROL_FILE =
  /^(?:cgroup|cpu|cpuacct|cpuset|memory|pids|io|blkio|hugetlb|rdma|misc|freezer|devices|net_cls|net_prio|perf_event|irq|dmem)\.[a-zA-Z0-9_.]+$|^(?:tasks|notify_on_release|release_agent)$/u;

function isControlFile(name: string): boolean {
  return CONTROL_FILE.test(name);
}

/** Pids that are members of the group itself, without those of its children. */
export async function readMembers(host: CollectorHost, group: string): Promise<number[]> {
  const text = (await host.readFile(`${group}/cgroup.procs`)) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** Members of a group and of all groups below it. */
export function membersBelow(group: string, membersOf: ReadonlyMap<string, readonly number[]>): number[] {
  const pids: number[] = [];
  for (const [path, members] of membersOf) {
    if (path === group || path.startsWith(`${group}/`)) pids.push(...members);
  }
  return pids;
}
