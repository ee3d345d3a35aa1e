import type { CollectorHost } from '../../../host/collector-host.ts';
import { mapBounded } from './bounded.ts';
import { findCgroupTrees, listGroups, readMembers } from './cgroup-tree.ts';
import { parseInteger, parseKeyValues } from './key-values.ts';
import type { Mount } from './mounts.ts';

/** CPU control of one group. Times in microseconds. */
export interface CpuCgroup {
  path: string;
  version: 1 | 2;
  /** `undefined` without a limit. */
  quotaUs: number | undefined;
  periodUs: number;
  periods: number;
  throttled: number;
  throttledUs: number;
  shares: number | undefined;
  weight: number | undefined;
  members: readonly number[];
}

/** Reads the CPU control of all groups, by path. */
export async function readCpuCgroups(
  host: CollectorHost,
  mounts: readonly Mount[],
): Promise<ReadonlyMap<string, CpuCgroup>> {
  const found = new Map<string, CpuCgroup>();
  for (const tree of findCgroupTrees(mounts, 'cpu')) {
    const paths = await listGroups(host, tree);
    const groups = await mapBounded(paths, 8, async (path) =>
      tree.version === 1 ? readV1(host, path) : readV2(host, path),
    );
    for (const group of groups) if (group) found.set(group.path, group);
  }
  return found;
}

async function readV1(host: CollectorHost, path: string): Promise<CpuCgroup | undefined> {
  const [quota, period, stat, shares, members] = await Promise.all([
    host.readFile(`${path}/cpu.cfs_quota_us`),
    host.readFile(`${path}/cpu.cfs_period_us`),
    host.readFile(`${path}/cpu.stat`),
    host.readFile(`${path}/cpu.shares`),
    readMembers(host, path),
  ]);
  if (shares === undefined) return undefined;
  const quotaUs = parseInteger(quota);
  const counters = parseKeyValues(stat);
  return {
    path,
    version: 1,
    quotaUs: quotaUs !== undefined && quotaUs > 0 ? quotaUs : undefined,
    periodUs: parseInteger(period) ?? 100_000,
    periods: counters.get('nr_periods') ?? 0,
    throttled: counters.get('nr_throttled') ?? 0,
    throttledUs: (counters.get('throttled_time') ?? 0) / 1000,
    shares: parseInteger(shares),
    weight: undefined,
    members,
  };
}

async function readV2(host: CollectorHost, path: string): Promise<CpuCgroup | undefined> {
  const max = await host.readFile(`${path}/cpu.max`);
  if (max === undefined) return undefined;
  const [stat, weight, members] = await Promise.all([
    host.readFile(`${path}/cpu.stat`),
    host.readFile(`${path}/cpu.weight`),
    readMembers(host, path),
  ]);
  const counters = parseKeyValues(stat);
  const [quota, period] = max.trim().split(' ');
  return {
    path,
    version: 2,
    quotaUs: parseInteger(quota),
    periodUs: parseInteger(period) ?? 100_000,
    periods: counters.get('nr_periods') ?? 0,
    throttled: counters.get('nr_throttled') ?? 0,
    throttledUs: counters.get('throttled_usec') ?? 0,
    shares: undefined,
    weight: parseInteger(weight),
    members,
  };
}
