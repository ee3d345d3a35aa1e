import type { DiagnosisStep } from '../../diagnostician.ts';
import type { Quote } from '../../../moves/move.ts';
import { quoteLine, resultsOf } from './step-results.ts';

/** A fresh look at /proc/pressure/RESOURCE: share of the last ten seconds in which tasks waited, in percent. */
export interface PressureReading {
  avg10Percent: number;
  quotes: Quote[];
}

/** Reads what `cat /proc/pressure/<resource>` brought; the last such result of the step counts. */
export function readPressureReading(
  step: DiagnosisStep,
  resource: 'cpu' | 'io' | 'memory',
): PressureReading | undefined {
  const result = resultsOf(step, `cat /proc/pressure/${resource}`).at(-1);
  const avg10 = /^some avg10=([\d.]+)/mu.exec(result?.text ?? '')?.[1];
  if (avg10 === undefined) return undefined;
  return { avg10Percent: Number(avg10), quotes: quoteLine(result, /^some avg10=/u) };
}
