import type { Cause, SchemaNode } from '../kinds.ts';
import { goJson, invalid } from './cause.ts';
import { isGoInteger } from './json-value.ts';

const INT32_LIMIT = 2 ** 31;
const INT64_LIMIT = 2 ** 63;

/**
 * Bounds and multiples of a number. A bound that the type itself could not hold is told once more for every value, as
 * kube-apiserver does; otherwise integers are compared with the integer part of a bound.
 */
export function numberCauses(value: number, schema: SchemaNode, path: string): Cause[] {
  const { multipleOf, maximum, minimum } = schema;
  return [
    ...rangeCauses(value, schema, { path, what: 'Checked' }),
    ...(multipleOf === undefined ? [] : multipleCauses(value, schema, path, multipleOf)),
    ...(minimum === undefined ? [] : minimumCauses(value, schema, path, minimum)),
    ...(maximum === undefined ? [] : maximumCauses(value, schema, path, maximum)),
  ];
}

/** A number that the type and format of a schema cannot hold; told without a field. */
function rangeCauses(value: number, { type, format }: SchemaNode, place: { path: string; what: string }): Cause[] {
  const known = type === 'integer' ? ['int32', 'int64'] : ['float', 'double'];
  const form = format !== undefined && known.includes(format) ? format : undefined;
  if (holds(value, type, form)) return [];
  const words = form === undefined ? '(default format)' : `with format ${form}`;
  return [invalid('<nil>', '', `${place.what} value must be of type ${type} ${words} in ${place.path}`)];
}

function holds(value: number, type: string | undefined, format: string | undefined): boolean {
  if (type === 'number') return format !== 'float' || Number.isFinite(Math.fround(value));
  if (type !== 'integer') return true;
  const limit = format === 'int32' ? INT32_LIMIT : INT64_LIMIT;
  return Number.isInteger(value) && value >= -limit && value < limit;
}

/** A bound as it is compared, and what is wrong with it. */
function boundOf(
  value: number,
  schema: SchemaNode,
  bound: number,
  place: { path: string; what: string },
): [number, Cause[]] {
  const causes = rangeCauses(bound, schema, place);
  const isNative = causes.length === 0 && isGoInteger(value);
  return [isNative ? Math.trunc(bound) : bound, causes];
}

function minimumCauses(value: number, schema: SchemaNode, path: string, minimum: number): Cause[] {
  const [bound, causes] = boundOf(value, schema, minimum, { path, what: 'Minimum boundary' });
  const isExclusive = schema.exclusiveMinimum === true;
  if (isExclusive ? value > bound : value >= bound) return causes;
  const words = isExclusive ? 'greater than' : 'greater than or equal to';
  return [...causes, invalid(path, value, `${path} in body should be ${words} ${goJson(bound)}`)];
}

function maximumCauses(value: number, schema: SchemaNode, path: string, maximum: number): Cause[] {
  const [bound, causes] = boundOf(value, schema, maximum, { path, what: 'Maximum boundary' });
  const isExclusive = schema.exclusiveMaximum === true;
  if (isExclusive ? value < bound : value <= bound) return causes;
  const words = isExclusive ? 'less than' : 'less than or equal to';
  return [...causes, invalid(path, value, `${path} in body should be ${words} ${goJson(bound)}`)];
}

function multipleCauses(value: number, schema: SchemaNode, path: string, multipleOf: number): Cause[] {
  const [factor, causes] = boundOf(value, schema, multipleOf, { path, what: 'MultipleOf' });
  if (factor <= 0) {
    const words = `factor MultipleOf declared for ${path} must be positive: ${factor}`;
    return [...causes, invalid(path, factor, words)];
  }
  const isNative = causes.length === 0 && isGoInteger(value);
  const isMultiple = isNative
    ? value % factor === 0
    : isNearInteger(factor < 1 ? (1 / factor) * value : value / factor);
  if (isMultiple) return causes;
  return [...causes, invalid(path, value, `${path} in body should be a multiple of ${goJson(factor)}`)];
}

/** How far a quotient may be from an integer, relative to their sum, to pass for one (go-openapi/swag). */
const EPSILON = 1e-9;

function isNearInteger(quotient: number): boolean {
  if (!Number.isFinite(quotient) || Math.abs(quotient) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.trunc(quotient);
  if (whole === quotient) return true;
  return whole > 0 && (quotient - whole) / (quotient + whole) < EPSILON;
}
