import type { Sample } from '../sample.ts';
import type { ProcessCounters } from '../snapshot/processes.ts';

/** Names that runtimes give their threads; the first thread's is what the kernel shows for the process. */
const THREAD_NAME = /^(?:main ?thread|main|thread[-_ ]?\d*|worker[-_ ]?\d*)$/iu;

/** The program of a process whose `comm` says only which thread it is; `undefined` where `comm` is what people know. */
export function programName(sample: Sample, process: ProcessCounters): string | undefined {
  if (!THREAD_NAME.test(process.comm)) return undefined;
  const details = sample.details.get(process.pid);
  // A script that is really called `worker` is known by that name.
  const isScript = details?.args.split(' ').some((word) => word.split('/').at(-1) === process.comm) ?? true;
  const program = details?.program ?? '';
  return isScript || program === '' ? undefined : program;
}

/** Names the members of a group as `comm/pid comm/pid`, busiest first, at most `limit`. */
export function nameMembers(sample: Sample, pids: readonly number[], limit = 4): string | undefined {
  const members = new Set(pids);
  const named = sample.activities
    .filter((activity) => members.has(activity.process.pid))
    .sort((a, b) => b.cpuPercent - a.cpuPercent || b.process.residentBytes - a.process.residentBytes)
    .slice(0, limit)
    .map(({ process }) => `${programName(sample, process) ?? process.comm}/${process.pid}`);
  return named.length === 0 ? undefined : named.join(' ');
}

/** CPU time of the members of a group during the sample, in percent of one core. */
export function cpuOfMembers(sample: Sample, pids: readonly number[]): number {
  const members = new Set(pids);
  return sample.activities
    .filter((activity) => members.has(activity.process.pid))
    .reduce((sum, activity) => sum + activity.cpuPercent, 0);
}

/** What an agent calls the group of its runs, and systemd that of our services; a group of others may begin like that. */
const OWN_GROUP = /\/(?:nannyapi-[0-9a-f]{8}|nanny[^/]*\.(?:service|slice))(?:\/|$)/u;

/** True for a group that this project made, or that holds its processes only. */
export function isOwnGroup(sample: Sample, path: string, pids: readonly number[]): boolean {
  if (OWN_GROUP.test(path)) return true;
  return pids.length > 0 && pids.every((pid) => sample.own.has(pid));
}

/** A size with its unit, `undefined` where it is unknown. */
export function unitBytes(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : `${Math.round(bytes)}B`;
}
