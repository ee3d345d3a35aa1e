import type { CollectorHost } from '../../../host/collector-host.ts';
import { readCpuCgroups } from './cpu-cgroups.ts';
import type { CpuCgroup } from './cpu-cgroups.ts';
import { readCpuTimes } from './cpu-times.ts';
import type { CpuTimes } from './cpu-times.ts';
import { readDisks } from './disk-counters.ts';
import type { DiskCounters } from './disk-counters.ts';
import { parseKeyValues } from './key-values.ts';
import { readMemoryCgroups } from './memory-cgroups.ts';
import type { MemoryCgroup } from './memory-cgroups.ts';
import { readMounts } from './mounts.ts';
import type { Mount } from './mounts.ts';
import { readNetwork } from './network-counters.ts';
import type { NetworkCounters } from './network-counters.ts';
import { readPidsCgroups } from './pids-cgroups.ts';
import type { PidsCgroup } from './pids-cgroups.ts';
import { readPressure } from './pressure.ts';
import type { Pressure } from './pressure.ts';
import { readProcesses } from './processes.ts';
import type { ProcessTable } from './processes.ts';

/** Everything that has a rate, read once. Two of these make a sample. */
export interface Snapshot {
  /** Wall-clock milliseconds; each part is read within some ten milliseconds of it. */
  atMs: number;
  /** Seconds since boot. */
  uptimeSeconds: number;
  cpu: CpuTimes | undefined;
  pressure: Pressure;
  meminfo: ReadonlyMap<string, number>;
  vmstat: ReadonlyMap<string, number>;
  mounts: readonly Mount[];
  processes: ProcessTable;
  cpuCgroups: ReadonlyMap<string, CpuCgroup>;
  memoryCgroups: ReadonlyMap<string, MemoryCgroup>;
  pidsCgroups: ReadonlyMap<string, PidsCgroup>;
  disks: ReadonlyMap<string, DiskCounters>;
  network: NetworkCounters;
}

/**
 * Reads all counters, those with the shortest memory first.
 *
 * What is quick and global is read at one moment; walks over processes and groups follow and carry their own times.
 */
export async function takeSnapshot(host: CollectorHost): Promise<Snapshot> {
  const [cpu, pressure, disks, uptime, meminfo, vmstat, mounts, network] = await Promise.all([
    readCpuTimes(host),
    readPressure(host),
    readDisks(host),
    host.readFile('/proc/uptime'),
    host.readFile('/proc/meminfo'),
    host.readFile('/proc/vmstat'),
    readMounts(host),
    readNetwork(host),
  ]);
  const atMs = host.now().getTime();
  const processes = await readProcesses(host);
  const [cpuCgroups, memoryCgroups, pidsCgroups] = await Promise.all([
    readCpuCgroups(host, mounts),
    readMemoryCgroups(host, mounts),
    readPidsCgroups(host, mounts),
  ]);
  return {
    atMs,
    uptimeSeconds: Number.parseFloat(uptime ?? '0'),
    cpu,
    pressure,
    meminfo: parseKeyValues(meminfo),
    vmstat: parseKeyValues(vmstat),
    mounts,
    processes,
    cpuCgroups,
    memoryCgroups,
    pidsCgroups,
    disks,
    network,
  };
}
