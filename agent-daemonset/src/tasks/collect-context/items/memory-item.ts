import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';
import { programName, unitBytes } from './describe.ts';
import { pressureLines } from './pressure-lines.ts';

const LARGEST = 12;

/** Lines of item `memory`. */
export function memoryLines(sample: Sample): string[] {
  return [memoryLine(sample), ...pressureLines(sample, 'memory'), vmstatLine(sample), ...largestLines(sample)];
}

function bytesOf(sample: Sample, key: string): number | undefined {
  const kib = sample.after.meminfo.get(key);
  return kib === undefined ? undefined : kib * 1024;
}

function memoryLine(sample: Sample): string {
  const total = bytesOf(sample, 'MemTotal') ?? 0;
  const available = bytesOf(sample, 'MemAvailable');
  const bytes = (key: string): string | undefined => unitBytes(bytesOf(sample, key));
  return factLine('memory', {
    total: unitBytes(total),
    available: unitBytes(available),
    available_share: available === undefined || total === 0 ? undefined : withUnit((100 * available) / total, '%'),
    free: bytes('MemFree'),
    cached: bytes('Cached'),
    anon: bytes('AnonPages'),
    slab: bytes('Slab'),
    shmem: bytes('Shmem'),
    dirty: bytes('Dirty'),
    swap_total: bytes('SwapTotal'),
    swap_free: bytes('SwapFree'),
  });
}

function vmstatLine(sample: Sample): string {
  const grown = (pattern: RegExp): number => {
    let sum = 0;
    for (const [key, value] of sample.after.vmstat) {
      if (pattern.test(key)) sum += Math.max(0, value - (sample.before.vmstat.get(key) ?? value));
    }
    return sum;
  };
  return factLine('vmstat', {
    sample_pgmajfault: grown(/^pgmajfault$/u),
    // Newer kernels count by zone: allocstall_normal, allocstall_dma, ...
    sample_allocstall: grown(/^allocstall/u),
    sample_pgscan_direct: grown(/^pgscan_direct$/u),
    sample_workingset_refault_file: grown(/^workingset_refault(?:_file)?$/u),
    sample_pswpin: grown(/^pswpin$/u),
    sample_pswpout: grown(/^pswpout$/u),
    sample_oom_kill: grown(/^oom_kill$/u),
    oom_kill: sample.after.vmstat.get('oom_kill'),
  });
}

function largestLines(sample: Sample): string[] {
  const total = bytesOf(sample, 'MemTotal') ?? 0;
  return [...sample.activities]
    .filter((activity) => activity.process.residentBytes > 0)
    .sort((a, b) => b.process.residentBytes - a.process.residentBytes)
    .slice(0, LARGEST)
    .map(({ process }) =>
      factLine('memory_process', {
        pid: process.pid,
        comm: process.comm,
        name: programName(sample, process),
        user: sample.details.get(process.pid)?.user,
        rss: unitBytes(process.residentBytes),
        share: total === 0 ? undefined : withUnit((100 * process.residentBytes) / total, '%'),
        own: sample.own.has(process.pid),
        memory_cgroup: sample.details.get(process.pid)?.memoryCgroup,
      }),
    );
}
