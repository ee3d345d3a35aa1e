import { readFileSync } from 'node:fs';

/** Resident and private memory of a process, as the kernel counts them. */
export function memoryOf(pid: number): { rssMiB: number; privateMiB: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mebibytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;
  return { rssMiB: mebibytes('Rss'), privateMiB: mebibytes('Private_Clean') + mebibytes('Private_Dirty') };
}

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** Processor time that a process has used, all threads, in milliseconds (proc_pid_stat(5), fields 14 and 15). */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
