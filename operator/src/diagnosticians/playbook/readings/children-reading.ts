import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';

/** CPU that the ended children of a process used between two looks at its stat file, in percent of one core. */
export interface ChildrenReading {
  cpuPercent: number;
  quotes: Quote[];
}

/** USER_HZ is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/**
 * Compares the first and the last result that hold both /proc/uptime and /proc/PID/stat (proc(5): cutime and cstime).
 *
 * @returns `undefined` when there are not two, as when the process has ended.
 */
export function readChildren(step: DiagnosisStep, pid: number): ChildrenReading | undefined {
  const looks = step.results.map((result) => look(result, pid)).filter((found) => found !== undefined);
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined || last.uptime <= first.uptime) return undefined;
  return {
    cpuPercent: (100 * (last.ticks - first.ticks)) / TICKS_PER_SECOND / (last.uptime - first.uptime),
    quotes: [first.quote, last.quote],
  };
}

function look(
  result: DiagnosisStep['results'][number],
  pid: number,
): { uptime: number; ticks: number; quote: Quote } | undefined {
  const uptime = /^(\d+\.\d+) \d+\.\d+$/mu.exec(result.text)?.[1];
  const line = result.text.split('\n').find((candidate) => candidate.startsWith(`${pid} (`));
  if (uptime === undefined || line === undefined) return undefined;
  // The name in brackets may hold anything; the fields after it are numbers, the first of them being number 3.
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = (fields[13] ?? 0) + (fields[14] ?? 0);
  return { uptime: Number(uptime), ticks, quote: { id: result.evidenceID, quote: line.trim() } };
}
