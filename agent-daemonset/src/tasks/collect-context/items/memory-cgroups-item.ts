import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';
import { membersBelow } from '../snapshot/cgroup-tree.ts';
import type { MemoryCgroup } from '../snapshot/memory-cgroups.ts';
import { isOwnGroup, nameMembers, unitBytes } from './describe.ts';

/** Lines of item `memory-cgroups`: groups with a limit or with OOM kills; those in trouble first. */
export function memoryCgroupLines(sample: Sample): string[] {
  const groups = [...sample.after.memoryCgroups.values()];
  const membersOf = new Map(groups.map((group) => [group.path, group.members]));
  const told = groups
    .filter((group) => group.limitBytes !== undefined || group.oomKills > 0 || group.isUnderOom)
    .sort((a, b) => trouble(sample, b) - trouble(sample, a));
  if (told.length === 0) {
    const why = `none of ${groups.length} groups has one`;
    return [factLine('missing', { what: 'cgroups with a memory limit or an OOM kill', why })];
  }
  return told.map((group) => memoryCgroupLine(sample, group, membersBelow(group.path, membersOf)));
}

function usedShare(group: MemoryCgroup): number {
  return group.limitBytes === undefined || group.limitBytes === 0 ? 0 : group.usageBytes / group.limitBytes;
}

function trouble(sample: Sample, group: MemoryCgroup): number {
  const early = sample.before.memoryCgroups.get(group.path);
  const hits = group.limitHits - (early?.limitHits ?? 0);
  return (group.oomKills > 0 ? 1e6 : 0) + hits + usedShare(group);
}

function memoryCgroupLine(sample: Sample, group: MemoryCgroup, pids: readonly number[]): string {
  const early = sample.before.memoryCgroups.get(group.path);
  const grown = (late: number, before: number | undefined): number => Math.max(0, late - (before ?? 0));
  return factLine('memory_cgroup', {
    path: group.path,
    version: group.version,
    limit: group.limitBytes === undefined ? 'none' : unitBytes(group.limitBytes),
    usage: unitBytes(group.usageBytes),
    usage_share: group.limitBytes === undefined ? undefined : withUnit(100 * usedShare(group), '%'),
    failcnt: group.limitHits,
    sample_failcnt: grown(group.limitHits, early?.limitHits),
    oom_kill: group.oomKills,
    sample_oom_kill: grown(group.oomKills, early?.oomKills),
    under_oom: group.isUnderOom,
    max_usage: unitBytes(group.maxUsageBytes),
    cache: unitBytes(group.cacheBytes),
    rss: unitBytes(group.rssBytes),
    sample_refault: grown(group.refaults, early?.refaults),
    sample_pgmajfault: grown(group.majorFaults, early?.majorFaults),
    tasks: pids.length,
    own: isOwnGroup(sample, group.path, pids),
    top: nameMembers(sample, pids),
  });
}
