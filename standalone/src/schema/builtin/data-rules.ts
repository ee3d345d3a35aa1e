import type { ApiObject, Cause } from '../kinds.ts';
import { forbidden, invalid } from '../structural/cause.ts';
import { isJsonObject, jsonEqual } from '../structural/json-value.ts';

/** Most bytes that the entries of a ConfigMap or a Secret hold together. */
export const MAX_DATA_BYTES = 1024 * 1024;

const KEY = /^[-._a-zA-Z0-9]+$/;
const MAX_KEY_CHARS = 253;
const KEY_WORDS =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Keys of a map of an object; none when there is no such map. */
export function keysOf(item: ApiObject, field: string): string[] {
  const value = item[field];
  return isJsonObject(value) ? Object.keys(value) : [];
}

/** Bytes that the values of a map stand for. */
export function dataBytes(item: ApiObject, field: string, encoding: 'utf8' | 'base64'): number {
  const value = item[field];
  const texts = isJsonObject(value) ? Object.values(value) : [];
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text, encoding) : 0),
    0,
  );
}

/** Keys that are no file names, and changes of data that is marked immutable. Shared by ConfigMap and Secret. */
export function dataCauses(item: ApiObject, old: ApiObject | undefined, fields: readonly string[]): Cause[] {
  const causes = fields.flatMap((field) =>
    keysOf(item, field).flatMap((key) => keyErrors(key).map((error) => invalid(`${field}[${key}]`, key, error))),
  );
  if (old?.['immutable'] !== true) return causes;
  if (item['immutable'] !== true) causes.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of fields) {
    if (!jsonEqual(item[field], old[field]))
      causes.push(forbidden(field, 'field is immutable when `immutable` is set'));
  }
  return causes;
}

function keyErrors(key: string): string[] {
  const errors = key.length > MAX_KEY_CHARS ? [`must be no more than ${MAX_KEY_CHARS} characters`] : [];
  if (!KEY.test(key)) return [...errors, KEY_WORDS];
  if (key === '.' || key === '..') return [...errors, `must not be '${key}'`];
  return key.startsWith('..') ? [...errors, "must not start with '..'"] : errors;
}
