import type { CollectorHost } from '../../../host/collector-host.ts';
import { mapBounded } from './bounded.ts';
import { findCgroupTrees, listGroups, readMembers } from './cgroup-tree.ts';
import { parseInteger, parseKeyValues } from './key-values.ts';
import type { Mount } from './mounts.ts';

/** Memory control of one group. Sizes in bytes, the rest counts since the group was made. */
export interface MemoryCgroup {
  path: string;
  version: 1 | 2;
  /** `undefined` without a limit. */
  limitBytes: number | undefined;
  usageBytes: number;
  maxUsageBytes: number | undefined;
  /** How often the limit was hit: memory.failcnt, or `max` of memory.events. */
  limitHits: number;
  oomKills: number;
  isUnderOom: boolean;
  cacheBytes: number;
  rssBytes: number;
  refaults: number;
  majorFaults: number;
  members: readonly number[];
}

/** Version 1 writes "no limit" as the largest multiple of a page in 63 bits. */
const UNLIMITED_BYTES = 2 ** 62;

/** Reads the memory control of all groups, by path. */
export async function readMemoryCgroups(
  host: CollectorHost,
  mounts: readonly Mount[],
): Promise<ReadonlyMap<string, MemoryCgroup>> {
  const found = new Map<string, MemoryCgroup>();
  for (const tree of findCgroupTrees(mounts, 'memory')) {
    const paths = await listGroups(host, tree);
    const groups = await mapBounded(paths, 8, async (path) =>
      tree.version === 1 ? readV1(host, path) : readV2(host, path),
    );
    for (const group of groups) if (group) found.set(group.path, group);
  }
  return found;
}

async function readV1(host: CollectorHost, path: string): Promise<MemoryCgroup | undefined> {
  const [limit, usage, failcnt, oomControl, stat, maxUsage, members] = await Promise.all([
    host.readFile(`${path}/memory.limit_in_bytes`),
    host.readFile(`${path}/memory.usage_in_bytes`),
    host.readFile(`${path}/memory.failcnt`),
    host.readFile(`${path}/memory.oom_control`),
    host.readFile(`${path}/memory.stat`),
    host.readFile(`${path}/memory.max_usage_in_bytes`),
    readMembers(host, path),
  ]);
  const usageBytes = parseInteger(usage);
  if (usageBytes === undefined) return undefined;
  const limitBytes = parseInteger(limit);
  const oom = parseKeyValues(oomControl);
  const counters = parseKeyValues(stat);
  return {
    path,
    version: 1,
    limitBytes: limitBytes !== undefined && limitBytes < UNLIMITED_BYTES ? limitBytes : undefined,
    usageBytes,
    maxUsageBytes: parseInteger(maxUsage),
    limitHits: parseInteger(failcnt) ?? 0,
    oomKills: oom.get('oom_kill') ?? 0,
    isUnderOom: oom.get('under_oom') === 1,
    cacheBytes: counters.get('total_cache') ?? 0,
    rssBytes: counters.get('total_rss') ?? 0,
    refaults:
      (counters.get('total_workingset_refault_file') ?? 0) + (counters.get('total_workingset_refault_anon') ?? 0),
    majorFaults: counters.get('total_pgmajfault') ?? 0,
    members,
  };
}

async function readV2(host: CollectorHost, path: string): Promise<MemoryCgroup | undefined> {
  const usageBytes = parseInteger(await host.readFile(`${path}/memory.current`));
  if (usageBytes === undefined) return undefined;
  const [max, events, stat, peak, members] = await Promise.all([
    host.readFile(`${path}/memory.max`),
    host.readFile(`${path}/memory.events`),
    host.readFile(`${path}/memory.stat`),
    host.readFile(`${path}/memory.peak`),
    readMembers(host, path),
  ]);
  const happened = parseKeyValues(events);
  const counters = parseKeyValues(stat);
  return {
    path,
    version: 2,
    limitBytes: parseInteger(max),
    usageBytes,
    maxUsageBytes: parseInteger(peak),
    limitHits: happened.get('max') ?? 0,
    oomKills: happened.get('oom_kill') ?? 0,
    isUnderOom: false,
    cacheBytes: counters.get('file') ?? 0,
    rssBytes: counters.get('anon') ?? 0,
    refaults: (counters.get('workingset_refault_file') ?? 0) + (counters.get('workingset_refault_anon') ?? 0),
    majorFaults: counters.get('pgmajfault') ?? 0,
    members,
  };
}
