import type { MoveAction, Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';

/** A counter in a file that was printed once or more. */
export interface CounterReading {
  first: number;
  last: number;
  /** The first and the last line, to cite. */
  quotes: Quote[];
}

/**
 * Prints files with the name of the file on every line, so that a line says by itself what it is.
 *
 * `cat` of a control file often gives a bare number, which proves nothing when it is quoted.
 */
export function printFiles(...paths: string[]): MoveAction {
  return { tool: 'run', argv: ['grep', '-H', '.', ...paths] };
}

/**
 * Reads a counter from all results of {@link printFiles}, first and last.
 *
 * @param key the counter's name before its value; '' for a file that holds nothing but a number.
 */
export function readCounter(step: DiagnosisStep, path: string, key: string): CounterReading | undefined {
  const looks = step.results.flatMap((result) =>
    result.text.split('\n').flatMap((line) => {
      if (!line.startsWith(`${path}:`)) return [];
      const match = /^(?:(\w+) )?(\d+)$/u.exec(line.slice(path.length + 1));
      if (match === null || (match[1] ?? '') !== key) return [];
      return [{ value: Number(match[2]), quote: { id: result.evidenceID, quote: line } }];
    }),
  );
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { first: first.value, last: last.value, quotes: first === last ? [first.quote] : [first.quote, last.quote] };
}

/** True when a command of the step said that a file is not there. */
export function saysAbsent(step: DiagnosisStep): boolean {
  return step.results.some((result) => /No such file/u.test(`${result.stderr ?? ''}${result.text}`));
}
