import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { resultsOf } from './step-results.ts';

/** One process in the last table that top(1) printed. */
export interface TopProcess {
  pid: number;
  state: string;
  cpuPercent: number;
  comm: string;
  quote: Quote;
}

/** The last table of top -b, whose rates are those of its last interval. */
export interface TopReading {
  /** Of all cores together, in percent. */
  idlePercent: number;
  iowaitPercent: number;
  summary: Quote[];
  processes: TopProcess[];
}

/** Reads what top(1) brought; `undefined` when it did not run. */
export function readTop(step: DiagnosisStep): TopReading | undefined {
  const result = resultsOf(step, 'top ').at(-1);
  if (result === undefined) return undefined;
  const start = result.text.lastIndexOf('\ntop - ');
  const table = start < 0 ? result.text : result.text.slice(start + 1);
  const summary = /^%Cpu\(s\):.*$/mu.exec(table)?.[0];
  const idle = /([\d.]+) id/u.exec(summary ?? '')?.[1];
  if (summary === undefined || idle === undefined) return undefined;
  const row = /^\s*(\d+) +\S+ +\S+ +-?\d+ +\S+ +\S+ +\S+ +(\S) +([\d.]+) +[\d.]+ +\S+ +(.+?)\s*$/gmu;
  return {
    idlePercent: Number(idle),
    iowaitPercent: Number(/([\d.]+) wa/u.exec(summary)?.[1] ?? 0),
    summary: [{ id: result.evidenceID, quote: summary.trim() }],
    processes: [...table.matchAll(row)].map(([line, pid, state = '', cpu, comm = '']) => ({
      pid: Number(pid),
      state,
      cpuPercent: Number(cpu),
      comm,
      quote: { id: result.evidenceID, quote: line.trim() },
    })),
  };
}
