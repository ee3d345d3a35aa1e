import type { Cause, SchemaNode } from '../kinds.ts';
import { goJson, invalid, notSupported, tooLong, typeInvalid } from './cause.ts';
import { isEnforcedFormat, matchesStringFormat } from './formats.ts';
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
  const tell = (wanted: string, found: string): Cause[] => [
    typeInvalid(path, found, `${path} in body must be of type ${wanted}: "${found}"`),
  ];
  if (allowed.length === 0 || allowed.includes(actual)) return [];
  if (actual === 'null') return schema.nullable === true ? [] : tell(allowed.join(','), actual);
  if (actual === 'integer' && allowed.includes('number')) return [];
  const { format } = schema;
  if (!isEnforcedFormat(format, schema.type)) return tell(allowed.join(','), actual);
  if (actual !== 'string' && actual !== 'array') return tell(format, NUMBER_FORMATS[actual] ?? '');
  // Lists pass for formatted strings on a cluster, so they do here.
  return schema.type === 'string' ? [] : tell(allowed.join(','), actual);
}

/** Formats by which numbers of the wrong kind are told in messages. */
const NUMBER_FORMATS: Record<string, string> = { integer: 'int64', number: 'float64' };

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

/** Bounds and multiples of a number. Integers are compared with the integer part of a bound, as on a cluster. */
export function numberCauses(value: number, schema: SchemaNode, path: string): Cause[] {
  const { maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
  const causes = [...rangeCauses(value, schema, path), ...multipleCauses(value, schema.multipleOf, path)];
  const tell = (words: string, bound: number): void => {
    causes.push(invalid(path, value, `${path} in body should be ${words} ${goJson(bound)}`));
  };
  const native = (bound: number): number => (Number.isInteger(value) ? Math.trunc(bound) : bound);
  if (minimum !== undefined) {
    const bound = native(minimum);
    if (exclusiveMinimum === true && value <= bound) tell('greater than', bound);
    else if (value < bound) tell('greater than or equal to', bound);
  }
  if (maximum !== undefined) {
    const bound = native(maximum);
    if (exclusiveMaximum === true && value >= bound) tell('less than', bound);
    else if (value > bound) tell('less than or equal to', bound);
  }
  return causes;
}

const INT32_LIMIT = 2 ** 31;

/** Numbers outside what an integer format holds. kube-apiserver tells this without a path. */
function rangeCauses(value: number, schema: SchemaNode, path: string): Cause[] {
  const { type, format } = schema;
  if (type !== 'integer') return [];
  const isInRange = format !== 'int32' || (value >= -INT32_LIMIT && value < INT32_LIMIT);
  if (isInRange && Number.isInteger(value)) return [];
  const form = isEnforcedFormat(format, type) ? `with format ${format}` : '(default format)';
  return [invalid('<nil>', '', `Checked value must be of type integer ${form} in ${path}`)];
}

function multipleCauses(value: number, multipleOf: number | undefined, path: string): Cause[] {
  if (multipleOf === undefined) return [];
  const factor = Number.isInteger(value) ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) return [invalid(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`)];
  if (Number.isInteger(Number((value / factor).toPrecision(15)))) return [];
  return [invalid(path, value, `${path} in body should be a multiple of ${goJson(factor)}`)];
}
