import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One hierarchy in which the agent may make groups. */
export interface CgroupHierarchy {
  version: 1 | 2;
  /** Controllers there, e.g. `memory`; of version 2 those that can be passed on to children. */
  controllers: readonly string[];
  /** Folder of the agent's own group; its children are ours to make. */
  base: string;
}

/** The control groups of a host, in the words of the wire. */
export interface CgroupLayout {
  kind: 'V1' | 'V2' | 'Hybrid' | 'None';
  hierarchies: readonly CgroupHierarchy[];
}

/** Controllers of version 1 that a run joins: they limit, count or freeze it. */
const USED_V1_CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'freezer'];

/** Finds the hierarchies by what this process sees mounted and where it sits. */
export async function readCgroupLayout(procPath = '/proc/self'): Promise<CgroupLayout> {
  const [mountinfo, membership] = await Promise.all([
    readFile(join(procPath, 'mountinfo'), 'utf8'),
    readFile(join(procPath, 'cgroup'), 'utf8'),
  ]);
  const hierarchies: CgroupHierarchy[] = [];
  for (const mount of cgroupMounts(mountinfo)) {
    const path = ownPath(membership, mount);
    if (path === undefined) continue;
    const inside = relativeTo(mount.root, path);
    if (inside === undefined) continue;
    const base = join(mount.point, inside).replace(/(?<=.)\/$/, '');
    if (mount.version === 1) hierarchies.push({ version: 1, controllers: mount.controllers, base });
    else hierarchies.push({ version: 2, controllers: await words(join(base, 'cgroup.controllers')), base });
  }
  return { kind: kindOf(hierarchies), hierarchies };
}

interface CgroupMount {
  version: 1 | 2;
  controllers: readonly string[];
  point: string;
  root: string;
}

/** Picks the hierarchies that matter out of proc_pid_mountinfo(5); a controller mounted twice counts once. */
export function cgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  const seen = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , , root, point] = before?.split(' ') ?? [];
    const [type, , options = ''] = after?.split(' ') ?? [];
    if (root === undefined || point === undefined) continue;
    const controllers =
      type === 'cgroup' ? options.split(',').filter((name) => USED_V1_CONTROLLERS.includes(name)) : [];
    const key = type === 'cgroup2' ? 'v2' : controllers.join(',');
    if ((type !== 'cgroup2' && controllers.length === 0) || seen.has(key)) continue;
    seen.add(key);
    mounts.push({ version: type === 'cgroup2' ? 2 : 1, controllers, point, root });
  }
  return mounts;
}

function ownPath(membership: string, mount: CgroupMount): string | undefined {
  for (const line of membership.split('\n')) {
    const [, names = '', ...rest] = line.split(':');
    if (rest.length === 0) continue;
    const isOurs =
      mount.version === 2 ? names === '' : names.split(',').some((name) => mount.controllers.includes(name));
    if (isOurs) return rest.join(':');
  }
  return undefined;
}

/** A pod sees its own group as the root of the mount; the path in /proc/self/cgroup may still be the host's. */
function relativeTo(root: string, path: string): string | undefined {
  // In a namespace of control groups of its own, over the host's mount: the name of the own group cannot be known.
  if (root.startsWith('/..')) return undefined;
  if (root === '/' || root === '') return path;
  return path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : '/';
}

function kindOf(hierarchies: readonly CgroupHierarchy[]): CgroupLayout['kind'] {
  const hasV1 = hierarchies.some(({ version }) => version === 1);
  const hasV2 = hierarchies.some(({ version }) => version === 2);
  if (hasV1) return hasV2 ? 'Hybrid' : 'V1';
  return hasV2 ? 'V2' : 'None';
}

async function words(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split(/\s+/).filter((word) => word !== '');
}
