import type { FileSystemRoom } from '../../host/collector-host.ts';
import type { KernelLog } from './kernel-log.ts';
import type { ProcessDetails } from './process-details.ts';
import type { ProcessCounters } from './snapshot/processes.ts';
import type { Mount } from './snapshot/mounts.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** What one process did during the sample. Shares are of one core, or of the sample's time, in percent. */
export interface ProcessActivity {
  process: ProcessCounters;
  cpuPercent: number;
  childrenCpuPercent: number;
  /** CPU time since it started over its age. */
  lifetimeCpuPercent: number;
  ageSeconds: number;
  runDelayPercent: number | undefined;
  ioWaitPercent: number;
  majorFaults: number;
  readBytesPerSecond: number | undefined;
  writtenBytesPerSecond: number | undefined;
  ioCallsPerSecond: number | undefined;
}

/** A mounted file system with its room; `room` is `undefined` where it did not answer. */
export interface FileSystem {
  mount: Mount;
  room: FileSystemRoom | undefined;
  /** How many more mounts show the same file system. */
  otherMounts: number;
  /** File behind a loop device. */
  backingFile: string | undefined;
}

/** All that the items are rendered from: two snapshots and what was read once. */
export interface Sample {
  before: Snapshot;
  after: Snapshot;
  seconds: number;
  activities: readonly ProcessActivity[];
  details: ReadonlyMap<number, ProcessDetails>;
  own: ReadonlySet<number>;
  fileSystems: readonly FileSystem[];
  kernelLog: KernelLog;
}

/** Compares two snapshots process by process; one that started in between counts from its start. */
export function processActivities(before: Snapshot, after: Snapshot): ProcessActivity[] {
  return [...after.processes.values()].map((process) => {
    const old = before.processes.get(process.pid);
    const earlier = old?.startMs === process.startMs ? old : undefined;
    return activity(earlier, process, { uptimeSeconds: after.uptimeSeconds, sampleStartMs: before.atMs });
  });
}

function activity(
  earlier: ProcessCounters | undefined,
  process: ProcessCounters,
  { uptimeSeconds, sampleStartMs }: { uptimeSeconds: number; sampleStartMs: number },
): ProcessActivity {
  const ageMs = Math.max(10, uptimeSeconds * 1000 - process.startMs);
  // What started during the sample is measured against the whole sample: a process of 10 ms is not a busy one.
  const elapsedMs = Math.max(1, process.readAtMs - (earlier?.readAtMs ?? sampleStartMs));
  const percent = (late: number, early: number | undefined): number => (100 * (late - (early ?? 0))) / elapsedMs;
  const rate = (late: number | undefined, early: number | undefined): number | undefined =>
    late === undefined ? undefined : Math.max(0, ((late - (early ?? 0)) * 1000) / elapsedMs);
  return {
    process,
    cpuPercent: percent(process.cpuMs, earlier?.cpuMs),
    childrenCpuPercent: percent(process.childrenCpuMs, earlier?.childrenCpuMs),
    lifetimeCpuPercent: (100 * process.cpuMs) / ageMs,
    ageSeconds: ageMs / 1000,
    runDelayPercent:
      process.runDelayMs === undefined ? undefined : Math.min(100, percent(process.runDelayMs, earlier?.runDelayMs)),
    ioWaitPercent: percent(process.ioWaitMs, earlier?.ioWaitMs),
    majorFaults: process.majorFaults - (earlier?.majorFaults ?? 0),
    readBytesPerSecond: rate(process.readBytes, earlier?.readBytes),
    writtenBytesPerSecond: rate(process.writeBytes, earlier?.writeBytes),
    ioCallsPerSecond: rate(process.ioCalls, earlier?.ioCalls),
  };
}

/** The pids worth naming: busiest, largest, those that do I/O, those that wait or are stopped. */
export function notablePids(activities: readonly ProcessActivity[]): number[] {
  const top = (count: number, weight: (activity: ProcessActivity) => number): ProcessActivity[] =>
    activities
      .filter((activity) => weight(activity) > 0)
      .sort((a, b) => weight(b) - weight(a))
      .slice(0, count);
  const notable = [
    ...top(25, (activity) => activity.cpuPercent),
    ...top(10, (activity) => activity.childrenCpuPercent),
    ...top(15, (activity) => activity.process.residentBytes),
    ...top(15, (activity) => (activity.readBytesPerSecond ?? 0) + (activity.writtenBytesPerSecond ?? 0)),
    ...top(10, (activity) => activity.runDelayPercent ?? 0),
    ...top(20, (activity) => ('DTt'.includes(activity.process.state) ? 1 : 0)),
    ...top(20, (activity) => (isIdleMultiThreaded(activity) ? activity.process.threads : 0)),
  ];
  return [...new Set(notable.map((activity) => activity.process.pid))];
}

/** True for a sleeping user process of several threads that used no CPU: the shape of a deadlock, and of idleness. */
export function isIdleMultiThreaded(activity: ProcessActivity): boolean {
  const { process } = activity;
  return !process.isKernelThread && process.threads > 1 && process.state === 'S' && activity.cpuPercent === 0;
}
