import type { ASTNode } from '@marcbachmann/cel-js';
import { isGoDuration } from '../structural/go-duration.ts';
import { compileGoRegexp } from '../structural/go-regexp.ts';
import { formatVerbs } from './functions/format-text.ts';

/**
 * Why a call with constant arguments can never work, in cel-go's words, which evaluates these before a rule is taken.
 */
export function constantFault(node: ASTNode): string | undefined {
  if (node.op === 'call') {
    const [name, args] = node.args;
    const judge = Object.hasOwn(CONVERSIONS, name) && args.length === 1 ? CONVERSIONS[name] : undefined;
    return judge?.(constantOf(args[0]));
  }
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, args] = node.args;
  const first = constantOf(args[0]);
  if (name === 'format') return formatFault(constantOf(receiver), args[0]);
  if (typeof first !== 'string' || !REGEXP_METHODS.has(name)) return undefined;
  const fault = regexpFault(first);
  if (fault === undefined) return undefined;
  return name === 'matches'
    ? 'compilation failed: ERROR: <input>: invalid matches argument'
    : `program instantiation failed: ${fault}`;
}

const REGEXP_METHODS = new Set(['matches', 'find', 'findAll']);

/** The value of a literal; undefined for anything else. */
function constantOf(node: ASTNode | undefined): unknown {
  if (node?.op === 'value') return node.args;
  if (node?.op === '-_' && node.args.op === 'value') {
    const value: unknown = node.args.args;
    if (typeof value === 'bigint' || typeof value === 'number') return -value;
  }
  return undefined;
}

function regexpFault(pattern: string): string | undefined {
  try {
    compileGoRegexp(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const INT_LIMIT = 2n ** 63n;
const conversion = (type: string): string =>
  `program instantiation failed: type conversion error from 'string' to '${type}'`;
const invalidArgument = (what: string): string => `compilation failed: ERROR: <input>: invalid ${what} argument`;

function isIntText(text: string): boolean {
  return /^[-+]?\d+$/.test(text) && BigInt(text) >= -INT_LIMIT && BigInt(text) < INT_LIMIT;
}

/** Conversions of constants that are evaluated ahead. */
const CONVERSIONS: Record<string, (value: unknown) => string | undefined> = {
  int: (value) => (typeof value === 'string' && !isIntText(value) ? conversion('int') : undefined),
  uint: (value) => {
    if (typeof value === 'string') return /^\+?\d+$/.test(value) ? undefined : conversion('uint');
    const isNegative = (typeof value === 'bigint' || typeof value === 'number') && value < 0;
    return isNegative ? 'program instantiation failed: unsigned integer overflow' : undefined;
  },
  double: (value) => {
    const isNone = typeof value === 'string' && (value.trim() === '' || Number.isNaN(Number(value)));
    return isNone ? conversion('double') : undefined;
  },
  bool: (value) =>
    typeof value === 'string' && !/^(1|0|t|f|T|F|TRUE|FALSE|true|false|True|False)$/.test(value)
      ? conversion('bool')
      : undefined,
  timestamp: (value) =>
    typeof value === 'string' && !/^\d{4}-\d\d-\d\d[Tt].*(Z|z|[+-]\d\d:\d\d)$/.test(value)
      ? invalidArgument('timestamp')
      : undefined,
  duration: (value) => (typeof value === 'string' && !isGoDuration(value) ? invalidArgument('duration') : undefined),
};

/** Verbs that take numbers only. */
const NUMERIC_VERBS: Record<string, string> = { d: 'decimal', f: 'fixed-point', e: 'scientific', o: 'octal' };

function formatFault(template: unknown, args: ASTNode | undefined): string | undefined {
  if (typeof template !== 'string' || args?.op !== 'list') return undefined;
  try {
    const verbs = formatVerbs(template);
    if (verbs.length > args.args.length) throw new RangeError(`index ${args.args.length} out of range`);
    const index = verbs.findIndex(
      (verb, at) => Object.hasOwn(NUMERIC_VERBS, verb) && typeof constantOf(args.args[at]) === 'string',
    );
    const clause = NUMERIC_VERBS[verbs[index] ?? ''];
    if (clause === undefined) return undefined;
    throw new TypeError(`error during formatting: ${clause} clause can only be used on integers, was given string`);
  } catch (error) {
    return `compilation failed: ERROR: <input>: ${error instanceof Error ? error.message : String(error)}`;
  }
}
