import type { CollectorHost } from '../../host/collector-host.ts';
import type { ProcessActivity } from './sample.ts';
import { mapBounded } from './snapshot/bounded.ts';
import { parseInteger } from './snapshot/key-values.ts';

/** A process against one of its limits. */
export interface ProcessUse {
  pid: number;
  count: number;
  limit: number;
}

/** Limits of the machine, and the processes nearest to theirs. */
export interface Limits {
  filesAllocated: number | undefined;
  filesMax: number | undefined;
  pidMax: number | undefined;
  threadsMax: number | undefined;
  /** Processes that have used at least half of their descriptors, fullest first. */
  descriptors: readonly ProcessUse[];
  /** Processes that have used at least half of their memory maps, fullest first. */
  maps: readonly ProcessUse[];
  /** False where the descriptors of foreign processes are not readable. */
  hasDescriptors: boolean;
}

/** More processes than this are not asked, to bound the cost. */
const MAX_ASKED = 1500;
/** Maps are counted by reading them; only processes with this much address space can have very many. */
const MAX_MAPS_ASKED = 200;
/** Fewer descriptors than this are nobody's limit, and save a read. */
const FEW_DESCRIPTORS = 12;
const MAPS_BYTES = 12 * 1024 * 1024;

/** Reads limits once; they are states, not rates. */
export async function readLimits(host: CollectorHost, activities: readonly ProcessActivity[]): Promise<Limits> {
  const [fileNr, pidMax, threadsMax, mapCount] = await Promise.all([
    host.readFile('/proc/sys/fs/file-nr'),
    host.readFile('/proc/sys/kernel/pid_max'),
    host.readFile('/proc/sys/kernel/threads-max'),
    host.readFile('/proc/sys/vm/max_map_count'),
  ]);
  const [allocated, , filesMax] = (fileNr ?? '').trim().split(/\s+/u);
  const pids = activities.filter(({ process }) => !process.isKernelThread).map(({ process }) => process.pid);
  const counts = await mapBounded(pids.slice(0, MAX_ASKED), 8, async (pid) => countDescriptors(host, pid));
  return {
    filesAllocated: parseInteger(allocated),
    filesMax: parseInteger(filesMax),
    pidMax: parseInteger(pidMax),
    threadsMax: parseInteger(threadsMax),
    descriptors: nearest(counts),
    maps: nearest(await countMaps(host, activities, parseInteger(mapCount))),
    hasDescriptors: counts.some((use) => use !== undefined && use.count > 0),
  };
}

function nearest(uses: readonly (ProcessUse | undefined)[]): ProcessUse[] {
  return uses
    .filter((use) => use !== undefined)
    .filter((use) => use.limit > 0 && use.count / use.limit >= 0.5)
    .sort((a, b) => b.count / b.limit - a.count / a.limit)
    .slice(0, 15);
}

async function countDescriptors(host: CollectorHost, pid: number): Promise<ProcessUse | undefined> {
  const count = (await host.readDir(`/proc/${pid}/fd`)).length;
  if (count < FEW_DESCRIPTORS) return count === 0 ? undefined : { pid, count, limit: 0 };
  const limits = await host.readFile(`/proc/${pid}/limits`);
  const soft = /^Max open files\s+(\d+)/mu.exec(limits ?? '')?.[1];
  return { pid, count, limit: Number(soft ?? 0) };
}

async function countMaps(
  host: CollectorHost,
  activities: readonly ProcessActivity[],
  limit: number | undefined,
): Promise<(ProcessUse | undefined)[]> {
  if (limit === undefined) return [];
  // A map is at least a page, so a process with few pages cannot be near the limit.
  const pids = activities
    .filter(({ process }) => process.virtualBytes / 4096 > limit / 2)
    .sort((a, b) => a.process.virtualBytes - b.process.virtualBytes)
    .slice(0, MAX_MAPS_ASKED)
    .map(({ process }) => process.pid);
  return mapBounded(pids, 2, async (pid) => {
    const maps = await host.readFile(`/proc/${pid}/maps`, { maxBytes: MAPS_BYTES });
    return maps === undefined ? undefined : { pid, count: maps.split('\n').length - 1, limit };
  });
}
