import type { CollectorHost } from '../../host/collector-host.ts';

/** One line of the kernel log. */
export interface KernelLogLine {
  /** Seconds since boot, as the kernel stamped it. */
  atSeconds: number;
  /** emerg, alert, crit, err, warn, notice, info or debug. */
  level: string;
  text: string;
}

/** The kernel log, or why it is not readable. */
export type KernelLog = { lines: readonly KernelLogLine[] } | { unreadable: string };

const RUN = { timeoutMs: 5000, maxBytes: 8 * 1024 * 1024 };

/** Reads the kernel's ring buffer through dmesg(1), with levels. */
export async function readKernelLog(host: CollectorHost): Promise<KernelLog> {
  const run = await host.run(['dmesg', '--decode', '--nopager'], RUN);
  if (run === undefined) return { unreadable: 'dmesg is not installed' };
  if (run.exitCode !== 0) return { unreadable: 'not readable without root' };
  return {
    lines: run.stdout
      .split('\n')
      .map(parseLine)
      .filter((line) => line !== undefined),
  };
}

/** Parses `kern  :err   : [ 1234.567890] text`. */
function parseLine(line: string): KernelLogLine | undefined {
  const match = /^\w+\s*:(\w+)\s*:\s*\[\s*(\d+\.\d+)\]\s?(.*)$/u.exec(line);
  const [, level, at, text] = match ?? [];
  return level === undefined || at === undefined || text === undefined
    ? undefined
    : { atSeconds: Number(at), level, text };
}
