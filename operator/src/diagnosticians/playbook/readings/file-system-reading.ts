import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { resultsOf } from './step-results.ts';

/** The line of df(1) for one mount. */
export interface FileSystemReading {
  usePercent: number;
  /** Bytes, or inodes with `-i`. */
  available: number;
  quote: Quote;
}

/** Reads `df -B1 MOUNT` or `df -i MOUNT`; `undefined` when it did not run or speaks of another mount. */
export function readFileSystem(
  step: DiagnosisStep,
  option: '-B1' | '-i',
  mount: string,
): FileSystemReading | undefined {
  for (const result of resultsOf(step, `df ${option}`)) {
    for (const line of result.text.split('\n').slice(1)) {
      const match = /^(.+?)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+|-)%?\s+(\/.*)$/u.exec(line.trim());
      if (match?.[6] !== mount) continue;
      const quote = { id: result.evidenceID, quote: line.trim() };
      return { usePercent: Number(match[5]) || 0, available: Number(match[4]), quote };
    }
  }
  return undefined;
}
