import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { resultsOf } from './step-results.ts';

/** A counter in a file that was printed twice. */
export interface CounterReading {
  first: number;
  last: number;
  /** The first and the last line, to cite. */
  quotes: Quote[];
}

/**
 * Reads a counter from all results of `cat PATH ...`, first and last.
 *
 * @param key the counter's name before its value; '' for a file that holds nothing but a number in its first line.
 */
export function readCounter(step: DiagnosisStep, path: string, key: string): CounterReading | undefined {
  const pattern = key === '' ? /^(\d+)$/mu : new RegExp(`^${key} (\\d+)$`, 'mu');
  const looks = resultsOf(step, `cat ${path}`)
    .map((result) => ({ result, match: pattern.exec(result.text) }))
    .flatMap(({ result, match }) =>
      match === null ? [] : [{ value: Number(match[1]), quote: { id: result.evidenceID, quote: match[0] } }],
    );
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { first: first.value, last: last.value, quotes: first === last ? [first.quote] : [first.quote, last.quote] };
}
