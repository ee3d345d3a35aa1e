import type { ContextItemID } from '@nannyapi/protocol';
import { CONTEXT_ITEMS, renderItem } from '@nannyapi/protocol';
import type { CollectorHost } from '../../host/collector-host.ts';
import { readFileSystems } from './file-systems.ts';
import { changeLines } from './items/changes-item.ts';
import { cgroupLines } from './items/cgroups-item.ts';
import { cpuLines } from './items/cpu-item.ts';
import { diskLines } from './items/disks-item.ts';
import { fileSystemLines } from './items/filesystems-item.ts';
import { hostLines } from './items/host-item.ts';
import { kernelLogLines } from './items/kernel-log-item.ts';
import { limitLines } from './items/limits-item.ts';
import { memoryCgroupLines } from './items/memory-cgroups-item.ts';
import { memoryLines } from './items/memory-item.ts';
import { networkLines } from './items/network-item.ts';
import { oomKillLines } from './items/oom-kills-item.ts';
import { processLines } from './items/processes-item.ts';
import { readKernelLog } from './kernel-log.ts';
import { readLimits } from './limits.ts';
import { findOwnProcesses } from './own-processes.ts';
import { readProcessDetails } from './process-details.ts';
import { notablePids, processActivities } from './sample.ts';
import type { Sample } from './sample.ts';
import { takeSnapshot } from './snapshot/snapshot.ts';

/** One collected item: the text of evidence `s0-<id>`. */
export interface ContextItem {
  id: ContextItemID;
  /** What it shows, for people. */
  source: string;
  /** At most 16 KiB; its format is `protocol/src/context`. */
  text: string;
}

/** How to collect. */
export interface CollectContextOptions {
  /** How long rates are sampled, in seconds. */
  sampleSeconds: number;
  /** Ends the collection early; it then rejects with the signal's reason. */
  signal: AbortSignal;
}

/**
 * Gathers the first facts of a host: two snapshots `sampleSeconds` apart, compared, and what is a state rather than a rate.
 *
 * It never fails for want of rights or tools: each item says what it could not read. All rates come from one and the same
 * sample, so items can be compared with one another.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function collectContext(host: CollectorHost, options: CollectContextOptions): Promise<ContextItem[]> {
  const before = await takeSnapshot(host);
  await host.sleep(options.sampleSeconds * 1000, options.signal);
  const after = await takeSnapshot(host);
  options.signal.throwIfAborted();
  const activities = processActivities(before, after);
  const [details, own, fileSystems, kernelLog] = await Promise.all([
    readProcessDetails(host, notablePids(activities)),
    findOwnProcesses(host, after.processes),
    readFileSystems(host, after.mounts),
    readKernelLog(host),
  ]);
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1000);
  options.signal.throwIfAborted();
  return renderItems(host, { before, after, seconds, activities, details, own, fileSystems, kernelLog });
}

/** Larger logs are left alone: their tail cannot be read without the head. */
const DPKG_LOG_BYTES = 4 * 1024 * 1024;

async function renderItems(host: CollectorHost, sample: Sample): Promise<ContextItem[]> {
  const [limits, dpkgLog] = await Promise.all([
    readLimits(host, sample.activities),
    host.readFile('/var/log/dpkg.log', { maxBytes: DPKG_LOG_BYTES }),
  ]);
  const sampled = { sampleSeconds: sample.seconds };
  const item = (id: ContextItemID, lines: readonly string[], header: { sampleSeconds?: number } = {}): ContextItem => ({
    id,
    source: `collect ${id}: ${CONTEXT_ITEMS[id]}`,
    text: renderItem({ id, ...header }, lines),
  });
  return [
    item('host', await hostLines(host, sample)),
    item('cpu', cpuLines(sample), sampled),
    item('processes', processLines(sample), sampled),
    item('cgroups', cgroupLines(sample), sampled),
    item('memory', memoryLines(sample), sampled),
    item('memory-cgroups', memoryCgroupLines(sample), sampled),
    item('oom-kills', oomKillLines(sample), sampled),
    item('filesystems', fileSystemLines(sample)),
    item('disks', diskLines(sample), sampled),
    item('network', networkLines(sample), sampled),
    item('limits', limitLines(sample, limits)),
    item('kernel-log', kernelLogLines(sample)),
    item('changes', changeLines(dpkgLog, host.now())),
  ];
}
