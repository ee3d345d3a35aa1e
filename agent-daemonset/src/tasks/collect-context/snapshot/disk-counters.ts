import type { CollectorHost } from '../../../host/collector-host.ts';

/** Counters of one block device from /proc/diskstats (kernel: Documentation/admin-guide/iostats.rst). */
export interface DiskCounters {
  name: string;
  deviceNumber: string;
  reads: number;
  readBytes: number;
  readMs: number;
  writes: number;
  writtenBytes: number;
  writeMs: number;
  /** Time with at least one request in flight. */
  busyMs: number;
  /** Time in flight summed over requests. */
  queueMs: number;
  flushes: number;
}

const SECTOR_BYTES = 512;

/** Reads all block devices but RAM disks, by name. */
export async function readDisks(host: CollectorHost): Promise<ReadonlyMap<string, DiskCounters>> {
  const text = (await host.readFile('/proc/diskstats')) ?? '';
  const disks = new Map<string, DiskCounters>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/u);
    const [major = '', minor = '', name = ''] = fields;
    if (name === '' || /^(?:ram|zram)\d/u.test(name)) continue;
    const field = (number: number): number => Number(fields[number + 2] ?? 0);
    disks.set(name, {
      name,
      deviceNumber: `${major}:${minor}`,
      reads: field(1),
      readBytes: field(3) * SECTOR_BYTES,
      readMs: field(4),
      writes: field(5),
      writtenBytes: field(7) * SECTOR_BYTES,
      writeMs: field(8),
      busyMs: field(10),
      queueMs: field(11),
      flushes: field(16),
    });
  }
  return disks;
}
