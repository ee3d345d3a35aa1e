import { factLine, withUnit } from '@nannyapi/protocol';
import type { Limits, ProcessUse } from '../limits.ts';
import type { Sample } from '../sample.ts';
import { membersBelow } from '../snapshot/cgroup-tree.ts';
import { isOwnGroup, nameMembers, programName } from './describe.ts';

/** Lines of item `limits`. */
export function limitLines(sample: Sample, limits: Limits): string[] {
  return [
    ...machineLines(sample, limits),
    ...limits.descriptors.map((use) =>
      factLine('fd_process', {
        ...ownerOf(sample, use),
        fds: use.count,
        nofile_soft: use.limit,
        use: percent(use.count, use.limit),
      }),
    ),
    ...limits.maps.map((use) =>
      factLine('map_process', {
        ...ownerOf(sample, use),
        maps: use.count,
        max_map_count: use.limit,
        use: percent(use.count, use.limit),
      }),
    ),
    ...pidsCgroupLines(sample),
    ...(limits.hasDescriptors
      ? []
      : [factLine('missing', { what: 'open files of processes', why: 'not readable without root' })]),
  ];
}

function percent(count: number, limit: number): string {
  return withUnit(limit === 0 ? 0 : Math.round((100 * count) / limit), '%');
}

interface Owner {
  pid: number;
  comm?: string;
  name?: string;
  user?: string;
  own: boolean;
}

function ownerOf(sample: Sample, use: ProcessUse): Owner {
  const process = sample.after.processes.get(use.pid);
  const name = process && programName(sample, process);
  const user = sample.details.get(use.pid)?.user;
  return {
    pid: use.pid,
    own: sample.own.has(use.pid),
    ...(process === undefined ? {} : { comm: process.comm }),
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
  };
}

function machineLines(sample: Sample, limits: Limits): string[] {
  const { filesAllocated: allocated, filesMax: max, pidMax } = limits;
  const tasks = Number(sample.after.cpu?.tasks.split('/')[1] ?? 0);
  return [
    ...(allocated === undefined || max === undefined
      ? []
      : [factLine('files', { allocated, max, use: percent(allocated, max) })]),
    ...(pidMax === undefined
      ? []
      : [factLine('pids', { tasks, pid_max: pidMax, threads_max: limits.threadsMax, use: percent(tasks, pidMax) })]),
  ];
}

function pidsCgroupLines(sample: Sample): string[] {
  const groups = [...sample.after.pidsCgroups.values()];
  const membersOf = new Map(groups.map((group) => [group.path, group.members]));
  return groups
    .sort((a, b) => b.refusedForks - a.refusedForks || b.current / b.max - a.current / a.max)
    .slice(0, 15)
    .map((group) => {
      const pids = membersBelow(group.path, membersOf);
      const early = sample.before.pidsCgroups.get(group.path);
      return factLine('pids_cgroup', {
        path: group.path,
        version: group.version,
        current: group.current,
        max: group.max,
        use: percent(group.current, group.max),
        events_max: group.refusedForks,
        sample_events_max: Math.max(0, group.refusedForks - (early?.refusedForks ?? 0)),
        own: isOwnGroup(sample, group.path, pids),
        top: nameMembers(sample, pids),
      });
    });
}
