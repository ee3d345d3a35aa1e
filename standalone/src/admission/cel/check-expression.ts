import type { Environment } from '@marcbachmann/cel-js';
import { compilationMessage } from '../../schema/cel/compilation-message.ts';
import { dialectFault } from '../../schema/cel/kubernetes-dialect.ts';

/** The type of an expression, or why it is refused. */
export type Checked = { type: string } | { fault: string };

/**
 * Checks an expression as kube-apiserver does when a policy is written.
 *
 * @param wanted types in cel-go's words that it may have; any type without it. One that is only known when it runs is none of
 *   them.
 */
export function checkExpression(expression: string, checker: Environment, wanted?: readonly string[]): Checked {
  const result = checker.check(expression);
  if (!result.valid) return { fault: compilationMessage(expression, result, checker) };
  const fault = dialectFault(expression, checker);
  if (fault !== undefined) return { fault };
  const type = result.type ?? 'dyn';
  const name = inWordsOfCelGo(type);
  if (wanted === undefined || wanted.includes(name)) return { type };
  const [only, ...others] = wanted;
  if (others.length === 0) return { fault: `must evaluate to ${only} but got ${name}` };
  return { fault: `must evaluate to one of [${wanted.join(' ')}] but got ${name}` };
}

const NAMES: Record<string, string> = {
  null: 'null_type',
  'google.protobuf.Timestamp': 'timestamp',
  'google.protobuf.Duration': 'duration',
};

/** `list(string)` for `list<string>`. */
function inWordsOfCelGo(type: string): string {
  const [, outer, inner] = /^(\w+)<(.*)>$/.exec(type) ?? [];
  if (outer === undefined || inner === undefined) return NAMES[type] ?? type;
  return `${outer === 'optional' ? 'optional_type' : outer}(${splitTypes(inner).map(inWordsOfCelGo).join(', ')})`;
}

/** `string, list<int>` as its two types. */
function splitTypes(text: string): string[] {
  const [, key, value] = /^(\w+), (.*)$/.exec(text) ?? [];
  return key === undefined || value === undefined ? [text] : [key, value];
}
