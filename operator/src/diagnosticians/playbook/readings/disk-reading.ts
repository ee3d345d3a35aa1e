import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { resultsOf } from './step-results.ts';

/** What one device did between two looks at /proc/diskstats. */
export interface DiskReading {
  utilPercent: number;
  requests: number;
  seconds: number;
  quotes: Quote[];
}

/**
 * Compares the first and the last result that hold both /proc/uptime and /proc/diskstats.
 *
 * @returns `undefined` when there are not two, or the device is in neither.
 */
export function readDisk(step: DiagnosisStep, device: string): DiskReading | undefined {
  const looks = resultsOf(step, 'cat /proc/')
    .filter((result) => result.source.includes('/proc/diskstats'))
    .map((result) => look(result.evidenceID, result.text, device))
    .filter((found) => found !== undefined);
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined || last.uptime <= first.uptime) return undefined;
  const seconds = last.uptime - first.uptime;
  return {
    seconds,
    utilPercent: Math.min(100, (last.busyMs - first.busyMs) / seconds / 10),
    requests: last.requests - first.requests,
    quotes: [first.quote, last.quote],
  };
}

interface DiskLook {
  uptime: number;
  busyMs: number;
  requests: number;
  quote: Quote;
}

function look(id: string, text: string, device: string): DiskLook | undefined {
  const uptime = /^(\d+\.\d+) \d+\.\d+$/mu.exec(text)?.[1];
  const line = text.split('\n').find((candidate) => candidate.trim().split(/ +/u)[2] === device);
  if (uptime === undefined || line === undefined) return undefined;
  const fields = line.trim().split(/ +/u).map(Number);
  return {
    uptime: Number(uptime),
    busyMs: fields[12] ?? 0,
    requests: (fields[3] ?? 0) + (fields[7] ?? 0),
    quote: { id, quote: line.trim() },
  };
}
