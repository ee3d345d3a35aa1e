import type { Cause, Json, SchemaNode } from '../kinds.ts';
import { invalid, notSupported, tooLong, typeInvalid } from './cause.ts';
import { isEnforcedFormat, matchesStringFormat } from './formats.ts';
import { compileGoRegexp } from './go-regexp.ts';
import { isGoInteger, jsonEqual, jsonType } from './json-value.ts';

/** Types a value may have; an int-or-string node allows both. */
function allowedTypes(schema: SchemaNode): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

/** Formats by which numbers of the wrong kind are told in messages. */
const NUMBER_FORMATS: Record<string, string> = { integer: 'int64', number: 'float64' };

/** A value of the wrong type, null included where `nullable` is not set. */
export function typeCauses(value: unknown, schema: SchemaNode, path: string): Cause[] {
  const allowed = allowedTypes(schema);
  const format = isEnforcedFormat(schema.format, allowed.length > 1 ? undefined : allowed[0]) ? schema.format : '';
  if (allowed.length === 0 && format === '') return [];
  const actual = typeof value === 'number' && !isGoInteger(value) ? 'number' : jsonType(value);
  const tell = (wanted: string, found: string): Cause[] => [
    typeInvalid(path, found, `${path} in body must be of type ${wanted}: "${found}"`),
  ];
  if (actual === 'null') return schema.nullable === true || allowed.length === 0 ? [] : tell(allowed.join(','), actual);
  if (fits(value, actual, allowed)) return [];
  const isText = actual === 'string' || actual === 'array';
  if (format !== '' && !isText) return tell(format, NUMBER_FORMATS[actual] ?? '');
  // Lists pass for formatted strings on a cluster, so they do here.
  const isNumeric = allowed.includes('number') || allowed.includes('integer');
  return format !== '' && !isNumeric ? [] : tell(allowed.join(','), actual);
}

function fits(value: unknown, actual: string, allowed: readonly string[]): boolean {
  if (allowed.includes(actual) || (actual === 'integer' && allowed.includes('number'))) return true;
  // A number beyond what an integer holds is still taken for one while JavaScript can tell it exactly.
  return actual === 'number' && allowed.includes('integer') && Number.isSafeInteger(value);
}

/** A value that is not in the enum; null never is. */
export function enumCauses(value: unknown, schema: SchemaNode, path: string): Cause[] {
  const values = schema.enum;
  if (values === undefined || values.length === 0) return [];
  const isListed = value !== null && values.some((item) => item !== null && jsonEqual(asTypeOf(item, value), item));
  return isListed ? [] : [notSupported(path, value, values)];
}

/**
 * A value as Go converts it before it compares: numbers lose their fraction beside an integer, and become the letter
 * of that code beside a string.
 */
function asTypeOf(item: Json, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (typeof item === 'number') return isGoInteger(item) ? Math.trunc(value) : value;
  const isLetter = typeof item === 'string' && isGoInteger(value) && value >= 0 && value <= 0x10ffff;
  return isLetter ? String.fromCodePoint(value) : value;
}

/** Length (in code points) and pattern of a string. Only the first of them is told. */
export function stringCauses(text: string, schema: SchemaNode, path: string): Cause[] {
  const { minLength, maxLength, pattern } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : codePointCount(text);
  if (maxLength !== undefined && length > maxLength) return [tooLong(path, maxLength)];
  if (minLength !== undefined && length < minLength) {
    return [invalid(path, text, `${path} in body should be at least ${minLength} chars long`)];
  }
  if (pattern !== undefined && pattern !== '' && !regexpOf(schema, pattern).test(text)) {
    return [invalid(path, text, `${path} in body should match '${pattern}'`)];
  }
  return [];
}

/** A string that is not of the schema's format. */
export function formatCauses(text: string, schema: SchemaNode, path: string): Cause[] {
  const { format } = schema;
  const type = schema['x-kubernetes-int-or-string'] === true ? undefined : schema.type;
  if (!isEnforcedFormat(format, type) || matchesStringFormat(format, text)) return [];
  return [typeInvalid(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`)];
}

function codePointCount(text: string): number {
  let count = 0;
  for (const _char of text) count += 1;
  return count;
}

/** Patterns compiled once per schema node; entries go with their schema. */
const compiledPatterns = new WeakMap<SchemaNode, RegExp>();

function regexpOf(schema: SchemaNode, pattern: string): RegExp {
  const known = compiledPatterns.get(schema);
  if (known !== undefined) return known;
  const regexp = compileGoRegexp(pattern);
  compiledPatterns.set(schema, regexp);
  return regexp;
}
