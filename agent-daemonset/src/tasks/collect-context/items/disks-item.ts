import { factLine, withUnit } from '@nannyapi/protocol';
import type { ProcessActivity, Sample } from '../sample.ts';
import type { DiskCounters } from '../snapshot/disk-counters.ts';
import { programName } from './describe.ts';
import { pressureLines } from './pressure-lines.ts';

const MAX_DISKS = 40;
const MAX_PROCESSES = 15;

/** Lines of item `disks`: busiest devices first, then I/O pressure, then the processes that do most I/O. */
export function diskLines(sample: Sample): string[] {
  const rows = [...sample.after.disks.values()]
    .filter((disk) => disk.reads + disk.writes > 0)
    .map((disk) => ({ disk, early: sample.before.disks.get(disk.name) ?? disk }))
    .sort((a, b) => b.disk.busyMs - b.early.busyMs - (a.disk.busyMs - a.early.busyMs))
    .slice(0, MAX_DISKS);
  return [
    ...rows.map(({ disk, early }) => diskLine(sample, early, disk)),
    ...pressureLines(sample, 'io'),
    ...processLines(sample),
  ];
}

function diskLine(sample: Sample, early: DiskCounters, late: DiskCounters): string {
  const reads = late.reads - early.reads;
  const writes = late.writes - early.writes;
  const requests = reads + writes;
  const bytes = late.readBytes - early.readBytes + late.writtenBytes - early.writtenBytes;
  const waitMs = late.readMs - early.readMs + late.writeMs - early.writeMs;
  const perSecond = (count: number, unit: string): string =>
    withUnit(Math.round(Math.max(0, count) / sample.seconds), unit);
  return factLine('disk', {
    name: late.name,
    util: withUnit(Math.min(100, Math.max(0, (late.busyMs - early.busyMs) / sample.seconds / 10)), '%'),
    await: withUnit(requests === 0 ? 0 : waitMs / requests, 'ms'),
    queue: Math.max(0, (late.queueMs - early.queueMs) / sample.seconds / 1000),
    reads_per_s: perSecond(reads, '/s'),
    writes_per_s: perSecond(writes, '/s'),
    read_rate: perSecond(late.readBytes - early.readBytes, 'B/s'),
    write_rate: perSecond(late.writtenBytes - early.writtenBytes, 'B/s'),
    flushes_per_s: perSecond(late.flushes - early.flushes, '/s'),
    request_size: withUnit(requests === 0 ? 0 : Math.round(bytes / requests), 'B'),
    mounts: mountsOf(sample, late),
    backing: sample.fileSystems.find(({ mount }) => mount.device === `/dev/${late.name}`)?.backingFile,
  });
}

function mountsOf(sample: Sample, disk: DiskCounters): string | undefined {
  const paths = sample.after.mounts
    .filter((mount) => mount.deviceNumber === disk.deviceNumber && mount.root === '/')
    .map((mount) => mount.path)
    .slice(0, 3);
  return paths.length === 0 ? undefined : paths.join(',');
}

function processLines(sample: Sample): string[] {
  const isAnyReadable = sample.activities.some((activity) => activity.writtenBytesPerSecond !== undefined);
  if (!isAnyReadable) return [factLine('missing', { what: 'I/O of processes', why: 'not readable without root' })];
  return [...sample.activities]
    .filter((activity) => bytesPerSecond(activity) > 0 || activity.ioWaitPercent > 1)
    .sort((a, b) => bytesPerSecond(b) - bytesPerSecond(a))
    .slice(0, MAX_PROCESSES)
    .map((activity) => processLine(sample, activity));
}

function bytesPerSecond(activity: ProcessActivity): number {
  return (activity.readBytesPerSecond ?? 0) + (activity.writtenBytesPerSecond ?? 0);
}

function processLine(sample: Sample, activity: ProcessActivity): string {
  const { process } = activity;
  const details = sample.details.get(process.pid);
  return factLine('io_process', {
    pid: process.pid,
    comm: process.comm,
    name: programName(sample, process),
    user: details?.user,
    state: process.state,
    read_rate: withUnit(Math.round(activity.readBytesPerSecond ?? 0), 'B/s'),
    write_rate: withUnit(Math.round(activity.writtenBytesPerSecond ?? 0), 'B/s'),
    io_wait: activity.ioWaitPercent > 0 ? withUnit(Math.round(activity.ioWaitPercent), '%') : undefined,
    syscalls_per_s: withUnit(Math.round(activity.ioCallsPerSecond ?? 0), '/s'),
    own: sample.own.has(process.pid),
    cgroup: details?.cpuCgroup,
  });
}
