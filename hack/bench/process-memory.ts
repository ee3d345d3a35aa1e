import { readFileSync } from 'node:fs';

/** Resident and private memory of a process, as the kernel counts them. */
export function memoryOf(pid: number): { rssMiB: number; privateMiB: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mebibytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;
  return { rssMiB: mebibytes('Rss'), privateMiB: mebibytes('Private_Clean') + mebibytes('Private_Dirty') };
}
