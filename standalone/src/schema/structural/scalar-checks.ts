import type { Cause, SchemaNode } from '../kinds.ts';
import { goJson, invalid, notSupported, tooLong, typeInvalid } from './cause.ts';
import { matchesStringFormat } from './formats.ts';
import { compileGoRegexp } from './go-regexp.ts';
import { jsonEqual, jsonType } from './json-value.ts';

/** Types a value may have; an int-or-string node allows both. */
function allowedTypes(schema: SchemaNode): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

/** A value of the wrong type, null included where `nullable` is not set. */
export function typeCauses(value: unknown, schema: SchemaNode, path: string): Cause[] {
  const allowed = allowedTypes(schema);
  const actual = jsonType(value);
  if (allowed.length === 0 || allowed.includes(actual)) return [];
  if (actual === 'null' && schema.nullable === true) return [];
  if (actual === 'integer' && allowed.includes('number')) return [];
  const name = path === '' ? '' : path;
  return [typeInvalid(path, actual, `${name} in body must be of type ${allowed.join(',')}: "${actual}"`)];
}

/** A value that is not in the enum. */
export function enumCauses(value: unknown, schema: SchemaNode, path: string): Cause[] {
  const values = schema.enum;
  if (values === undefined || values.length === 0 || values.some((item) => jsonEqual(item, value))) return [];
  if (value === null && schema.nullable === true && values.includes(null)) return [];
  return [notSupported(path, value, values)];
}

/** Length (in code points), pattern and format of a string. Only the first of length and pattern is told. */
export function stringCauses(text: string, schema: SchemaNode, path: string): Cause[] {
  const causes = lengthOrPatternCause(text, schema, path);
  const { format } = schema;
  if (
    format !== undefined &&
    (schema.type === 'string' || schema.type === undefined) &&
    !matchesStringFormat(format, text)
  ) {
    causes.push(typeInvalid(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`));
  }
  return causes;
}

function lengthOrPatternCause(text: string, schema: SchemaNode, path: string): Cause[] {
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

/** Bounds and multiples of a number. */
export function numberCauses(value: number, schema: SchemaNode, path: string): Cause[] {
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
  const causes: Cause[] = [];
  const tell = (words: string, bound: number): void => {
    causes.push(invalid(path, value, `${path} in body should be ${words} ${goJson(bound)}`));
  };
  if (multipleOf !== undefined && !Number.isInteger(Number((value / multipleOf).toPrecision(15)))) {
    tell('a multiple of', multipleOf);
  }
  if (minimum !== undefined) {
    if (exclusiveMinimum === true && value <= minimum) tell('greater than', minimum);
    else if (value < minimum) tell('greater than or equal to', minimum);
  }
  if (maximum !== undefined) {
    if (exclusiveMaximum === true && value >= maximum) tell('less than', maximum);
    else if (value > maximum) tell('less than or equal to', maximum);
  }
  return causes;
}
