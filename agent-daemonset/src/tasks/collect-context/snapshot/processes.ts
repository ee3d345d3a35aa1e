import type { CollectorHost } from '../../../host/collector-host.ts';
import { mapBounded } from './bounded.ts';
import { parseKeyValues } from './key-values.ts';

/** Counters of one process, as /proc/PID/stat, io and schedstat tell them. Times in milliseconds. */
export interface ProcessCounters {
  pid: number;
  ppid: number;
  comm: string;
  state: string;
  cpuMs: number;
  /** CPU time of children that ended and were waited for: what a fork storm shows on. */
  childrenCpuMs: number;
  majorFaults: number;
  threads: number;
  /** Milliseconds after boot. */
  startMs: number;
  virtualBytes: number;
  residentBytes: number;
  /** Time spent waiting for block devices; 0 where delay accounting is off. */
  ioWaitMs: number;
  /** Time spent ready to run without a core, of the main thread. */
  runDelayMs: number | undefined;
  readBytes: number | undefined;
  writeBytes: number | undefined;
  ioCalls: number | undefined;
  isKernelThread: boolean;
  /** When these were read, in milliseconds of wall-clock time. */
  readAtMs: number;
}

/** Processes by pid. */
export type ProcessTable = ReadonlyMap<number, ProcessCounters>;

/** More processes than this are not looked at, to bound what a sample costs the host. */
const MAX_PROCESSES = 5000;
const TICK_MS = 10;
const PAGE_BYTES = 4096;
const PF_KTHREAD = 0x0020_0000;

/** Reads every process. One that ends meanwhile is left out. */
export async function readProcesses(host: CollectorHost): Promise<ProcessTable> {
  const names = await host.readDir('/proc');
  const pids = names
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .slice(0, MAX_PROCESSES);
  const processes = await mapBounded(pids, 16, async (pid) => readProcess(host, pid));
  return new Map(processes.filter((process) => process !== undefined).map((process) => [process.pid, process]));
}

async function readProcess(host: CollectorHost, pid: number): Promise<ProcessCounters | undefined> {
  const stat = await host.readFile(`/proc/${pid}/stat`);
  const readAtMs = host.now().getTime();
  const counters = stat === undefined ? undefined : parseStat(stat);
  if (counters === undefined) return undefined;
  if (counters.isKernelThread) {
    return { ...counters, pid, readAtMs, runDelayMs: undefined, ...NO_IO };
  }
  const [io, schedstat] = await Promise.all([
    host.readFile(`/proc/${pid}/io`),
    host.readFile(`/proc/${pid}/schedstat`),
  ]);
  return { ...counters, pid, readAtMs, runDelayMs: parseRunDelay(schedstat), ...parseIo(io) };
}

const NO_IO = { readBytes: undefined, writeBytes: undefined, ioCalls: undefined };

type StatCounters = Omit<ProcessCounters, 'pid' | 'readAtMs' | 'runDelayMs' | 'readBytes' | 'writeBytes' | 'ioCalls'>;

/** Parses /proc/PID/stat (proc(5)). The name stands in parentheses and may itself hold spaces and parentheses. */
export function parseStat(text: string): StatCounters | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const rest = text
    .slice(close + 2)
    .trim()
    .split(' ');
  // Field 3 of proc(5), the state, is rest[0].
  const field = (number: number): number => Number(rest[number - 3] ?? 0);
  return {
    comm: text.slice(open + 1, close),
    state: rest[0] ?? '?',
    ppid: field(4),
    isKernelThread: Math.floor(field(9) / PF_KTHREAD) % 2 === 1,
    majorFaults: field(12),
    cpuMs: (field(14) + field(15)) * TICK_MS,
    childrenCpuMs: (field(16) + field(17)) * TICK_MS,
    threads: field(20),
    startMs: field(22) * TICK_MS,
    virtualBytes: field(23),
    residentBytes: field(24) * PAGE_BYTES,
    ioWaitMs: field(42) * TICK_MS,
  };
}

function parseIo(text: string | undefined): Pick<ProcessCounters, 'readBytes' | 'writeBytes' | 'ioCalls'> {
  if (text === undefined || text === '') return NO_IO;
  const values = parseKeyValues(text);
  return {
    readBytes: values.get('read_bytes'),
    writeBytes: values.get('write_bytes'),
    ioCalls: (values.get('syscr') ?? 0) + (values.get('syscw') ?? 0),
  };
}

function parseRunDelay(text: string | undefined): number | undefined {
  const nanoseconds = /^\d+ (\d+) \d+/u.exec(text ?? '')?.[1];
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}
