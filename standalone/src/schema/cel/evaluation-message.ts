import { EvaluationError } from '@marcbachmann/cel-js';

/** What went wrong while a rule ran, with the rule's own words after it, as kube-apiserver tells it. */
export function evaluationMessage(error: unknown, ruleText: string): string {
  if (isOverloadError(error)) {
    return `'no such overload': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText}`;
  }
  return `${inWordsOfCelGo(error)} evaluating rule: ${ruleText}`;
}

/** What went wrong while an expression ran, alone, in cel-go's words. */
export function evaluationWords(error: unknown): string {
  return isOverloadError(error) ? 'no such overload' : inWordsOfCelGo(error);
}

function isOverloadError(error: unknown): boolean {
  const code = error instanceof EvaluationError ? error.code : '';
  const isOverload = error instanceof TypeError && error.message === 'no such overload';
  return isOverload || code === 'no_matching_overload' || code === 'no_such_overload';
}

function inWordsOfCelGo(error: unknown): string {
  const isCoded = error instanceof EvaluationError;
  const code = isCoded ? error.code : '';
  const summary = isCoded ? error.summary : error instanceof Error ? error.message : String(error);
  if (code === 'no_such_key') return summary.replace('No such key', 'no such key');
  if (code === 'index_out_of_bounds') return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`;
  const conversion = /^(int|uint|double|bool)_conversion_error$/.exec(code);
  if (conversion !== null) return `type conversion error from 'string' to '${conversion[1]}'`;
  for (const [words, theirs] of WORDS) if (words.test(summary)) return summary.replace(words, theirs);
  return summary;
}

const WORDS: readonly [RegExp, string][] = [
  [/^modulo by zero$/, 'modulus by zero'],
  [/^integer overflow: .*$/, 'integer overflow'],
  [/^Unsigned integer overflow$/, 'unsigned integer overflow'],
  [/^Optional value is not present$/, 'optional.none() dereference'],
  [/^Invalid time zone specified: /, 'unknown time zone '],
];
