import { factLine, withUnit } from '@nannyapi/protocol';
import { isIdleMultiThreaded } from '../sample.ts';
import type { ProcessActivity, Sample } from '../sample.ts';
import { programName, unitBytes } from './describe.ts';

/** Lines of item `processes`: counts first, then the notable processes, busiest first. */
export function processLines(sample: Sample): string[] {
  const shown = sample.activities
    .filter((activity) => sample.details.has(activity.process.pid) && isTelling(activity))
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, 60);
  return [tasksLine(sample, shown.length), ...shown.map((activity) => processLine(sample, activity))];
}

function tasksLine(sample: Sample, shown: number): string {
  const inState = (states: string): number =>
    sample.activities.filter((activity) => states.includes(activity.process.state)).length;
  return factLine('tasks', {
    total: sample.activities.length,
    running: inState('R'),
    uninterruptible: inState('D'),
    stopped: inState('Tt'),
    zombie: inState('Z'),
    threads: sample.activities.reduce((sum, activity) => sum + activity.process.threads, 0),
    shown,
  });
}

function isTelling(activity: ProcessActivity): boolean {
  return (
    activity.cpuPercent > 0.4 ||
    activity.childrenCpuPercent > 2 ||
    (activity.runDelayPercent ?? 0) > 5 ||
    'DTtZR'.includes(activity.process.state) ||
    isIdleMultiThreaded(activity)
  );
}

function weight(activity: ProcessActivity): number {
  const waits = 'DTt'.includes(activity.process.state) ? 50 : 0;
  return activity.cpuPercent + activity.childrenCpuPercent + (activity.runDelayPercent ?? 0) / 2 + waits;
}

function processLine(sample: Sample, activity: ProcessActivity): string {
  const { process } = activity;
  const details = sample.details.get(process.pid);
  const percent = (value: number): string => withUnit(Math.round(value * 10) / 10, '%');
  return factLine('process', {
    pid: process.pid,
    ppid: process.ppid,
    comm: process.comm,
    name: programName(sample, process),
    user: details?.user,
    state: process.state,
    cpu: percent(activity.cpuPercent),
    children_cpu: activity.childrenCpuPercent > 0 ? percent(activity.childrenCpuPercent) : undefined,
    cpu_lifetime: percent(activity.lifetimeCpuPercent),
    run_delay: activity.runDelayPercent === undefined ? undefined : percent(activity.runDelayPercent),
    age: withUnit(Math.round(activity.ageSeconds), 's'),
    rss: unitBytes(process.residentBytes),
    threads: process.threads,
    sample_majflt: activity.majorFaults > 0 ? activity.majorFaults : undefined,
    allowed_cpus: details?.allowedCpus,
    wchan: details?.wchan === '' ? undefined : details?.wchan,
    own: sample.own.has(process.pid),
    cgroup: details?.cpuCgroup,
    memory_cgroup: details?.memoryCgroup === details?.cpuCgroup ? undefined : details?.memoryCgroup,
    args: process.isKernelThread ? undefined : details?.args,
  });
}
