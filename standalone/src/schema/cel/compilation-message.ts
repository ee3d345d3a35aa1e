import { type Environment, ParseError, type TypeCheckResult } from '@marcbachmann/cel-js';

/** Why an expression does not compile, in cel-go's words where they are known: `compilation failed: ERROR: <input>:1:6: …`. */
export function compilationMessage(expression: string, result: TypeCheckResult, checker: Environment): string {
  const { error } = result;
  const start = error?.range?.start ?? 0;
  const before = expression.slice(0, start).split('\n');
  const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
  const prefix = error instanceof ParseError ? 'Syntax error: ' : '';
  return `compilation failed: ERROR: <input>:${place}: ${prefix}${inWordsOfCelGo(error?.code, error?.summary ?? 'invalid', checker)}`;
}

function inWordsOfCelGo(code: string | undefined, summary: string, checker: Environment): string {
  if (code === 'no_such_key') return `undefined field '${summary.replace(/^No such key: /, '')}'`;
  if (code === 'unknown_variable') return undeclared(summary.replace(/^Unknown variable: /, ''));
  const called = /^found no matching overload for '(?:[^()]*\.)?(\w+)\(/.exec(summary)?.[1];
  if (called === undefined || checker.getDefinitions().functions.some(({ name }) => name === called)) return summary;
  return undeclared(called);
}

function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}
