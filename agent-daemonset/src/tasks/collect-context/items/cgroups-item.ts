import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';
import { membersBelow } from '../snapshot/cgroup-tree.ts';
import type { CpuCgroup } from '../snapshot/cpu-cgroups.ts';
import { cpuOfMembers, isOwnGroup, nameMembers } from './describe.ts';

const DEFAULT_SHARES = 1024;
const DEFAULT_WEIGHT = 100;

/** Lines of item `cgroups`: groups with a quota, an unusual share or CPU use; those throttled first. */
export function cgroupLines(sample: Sample): string[] {
  const membersOf = new Map([...sample.after.cpuCgroups].map(([path, group]) => [path, group.members]));
  const rows = [...sample.after.cpuCgroups.values()].map((group) => {
    const pids = membersBelow(group.path, membersOf);
    return { group, pids, cpuPercent: cpuOfMembers(sample, pids), ...throttling(sample, group) };
  });
  const told = rows
    .filter(({ group, cpuPercent, throttled }) => isUnusual(group) || throttled > 0 || cpuPercent > 1)
    .sort((a, b) => b.throttledUs - a.throttledUs || b.cpuPercent - a.cpuPercent);
  if (told.length === 0) {
    const count = sample.after.cpuCgroups.size;
    return [factLine('missing', { what: 'cgroups with a CPU quota', why: `none of ${count} groups has one` })];
  }
  return told.map((row) => cgroupLine(sample, row));
}

type Row = ReturnType<typeof throttling> & { group: CpuCgroup; pids: number[]; cpuPercent: number };

function throttling(sample: Sample, group: CpuCgroup): { periods: number; throttled: number; throttledUs: number } {
  const early = sample.before.cpuCgroups.get(group.path);
  return {
    periods: Math.max(0, group.periods - (early?.periods ?? 0)),
    throttled: Math.max(0, group.throttled - (early?.throttled ?? 0)),
    throttledUs: Math.max(0, group.throttledUs - (early?.throttledUs ?? 0)),
  };
}

function isUnusual(group: CpuCgroup): boolean {
  const hasOddShare =
    (group.shares !== undefined && group.shares !== DEFAULT_SHARES) ||
    (group.weight !== undefined && group.weight !== DEFAULT_WEIGHT);
  return group.quotaUs !== undefined || hasOddShare;
}

function cgroupLine(sample: Sample, row: Row): string {
  const { group, pids } = row;
  return factLine('cpu_cgroup', {
    path: group.path,
    version: group.version,
    quota: group.quotaUs === undefined ? 'none' : withUnit(group.quotaUs, 'us'),
    period: withUnit(group.periodUs, 'us'),
    limit_cores: group.quotaUs === undefined ? undefined : group.quotaUs / group.periodUs,
    sample_nr_periods: row.periods,
    sample_nr_throttled: row.throttled,
    sample_throttled: withUnit(Math.round(row.throttledUs / 1000), 'ms'),
    throttled_share: withUnit(row.periods === 0 ? 0 : Math.round((100 * row.throttled) / row.periods), '%'),
    nr_periods: group.periods,
    nr_throttled: group.throttled,
    throttled_time: withUnit(Math.round(group.throttledUs / 1000), 'ms'),
    shares: group.shares,
    weight: group.weight,
    cpu: withUnit(Math.round(row.cpuPercent * 10) / 10, '%'),
    tasks: pids.length,
    own: isOwnGroup(sample, group.path, pids),
    top: nameMembers(sample, pids),
  });
}
