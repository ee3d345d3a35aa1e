import { Optional } from '@marcbachmann/cel-js';
import type { FunctionEntry } from './function-entry.ts';

function isZero(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return typeof value === 'object' && Object.getPrototypeOf(value) === null && Object.keys(value).length === 0;
}

function unwrap(list: readonly Optional[]): unknown[] {
  return list.filter((item) => item.hasValue()).map((item) => item.value());
}

/** Functions of cel-go's optional types and type conversions that cel-js lacks. */
export const OPTIONAL_FUNCTIONS: readonly FunctionEntry[] = [
  [
    'OptionalNamespace.ofNonZeroValue(A): optional<A>',
    (_optional: object, value: unknown) => (isZero(value) ? Optional.none() : Optional.of(value)),
  ],
  ['OptionalNamespace.unwrap(list<dyn>): list<dyn>', (_optional: object, list: Optional[]) => unwrap(list)],
  ['list<dyn>.unwrapOpt(): list<dyn>', unwrap],
];
