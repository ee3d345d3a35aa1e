import type { CollectorHost } from '../../../host/collector-host.ts';
import { mapBounded } from './bounded.ts';
import { findCgroupTrees, listGroups, readMembers } from './cgroup-tree.ts';
import { parseInteger, parseKeyValues } from './key-values.ts';
import type { Mount } from './mounts.ts';

/** The limit of processes of one group that has one. */
export interface PidsCgroup {
  path: string;
  version: 1 | 2;
  current: number;
  max: number;
  /** How often a fork was refused. */
  refusedForks: number;
  members: readonly number[];
}

/** Reads the groups that limit their number of processes, by path. */
export async function readPidsCgroups(
  host: CollectorHost,
  mounts: readonly Mount[],
): Promise<ReadonlyMap<string, PidsCgroup>> {
  const found = new Map<string, PidsCgroup>();
  for (const tree of findCgroupTrees(mounts, 'pids')) {
    const paths = await listGroups(host, tree);
    const groups = await mapBounded(paths, 8, async (path) => readGroup(host, path, tree.version));
    for (const group of groups) if (group) found.set(group.path, group);
  }
  return found;
}

async function readGroup(host: CollectorHost, path: string, version: 1 | 2): Promise<PidsCgroup | undefined> {
  const max = parseInteger(await host.readFile(`${path}/pids.max`));
  if (max === undefined) return undefined;
  const [current, events, members] = await Promise.all([
    host.readFile(`${path}/pids.current`),
    host.readFile(`${path}/pids.events`),
    readMembers(host, path),
  ]);
  return {
    path,
    version,
    current: parseInteger(current) ?? 0,
    max,
    refusedForks: parseKeyValues(events).get('max') ?? 0,
    members,
  };
}
