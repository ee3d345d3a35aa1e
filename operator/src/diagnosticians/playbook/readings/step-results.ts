import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep, StepResult } from '../../diagnostician.ts';

/** The results of a step that brought text and whose source starts with `command`, in order. */
export function resultsOf(step: DiagnosisStep, command: string): StepResult[] {
  return step.results.filter((result) => result.source.startsWith(command) && result.text !== '');
}

/** Cites the first (or last) line of a result that matches, without leading and trailing blanks. */
export function quoteLine(result: StepResult | undefined, pattern: RegExp, which: 'first' | 'last' = 'first'): Quote[] {
  const lines = result?.text.split('\n').filter((candidate) => pattern.test(candidate)) ?? [];
  const line = lines.at(which === 'first' ? 0 : -1)?.trim();
  if (result === undefined || line === undefined || line === '') return [];
  return [{ id: result.evidenceID, quote: line.slice(0, 1000) }];
}
