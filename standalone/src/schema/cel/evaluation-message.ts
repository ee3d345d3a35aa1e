import { EvaluationError } from '@marcbachmann/cel-js';

/** What went wrong while a rule ran, in cel-go's words where they are known. */
export function evaluationMessage(error: unknown): string {
  if (!(error instanceof EvaluationError)) return error instanceof Error ? error.message : String(error);
  const { code, summary } = error;
  if (code === 'no_such_key') return summary.replace('No such key', 'no such key');
  if (code === 'index_out_of_bounds') return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`;
  const conversion = /^(int|uint|double)_conversion_error$/.exec(code);
  return conversion === null ? summary : `type conversion error from 'string' to '${conversion[1]}'`;
}
