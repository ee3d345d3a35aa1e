import type { JsonObject } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { FieldSet } from './field-set.ts';

/** The set that a `fieldsV1` holds; undefined when it has an element that is none (FieldsV1 notation, KEP-555). */
export function decodeFields(fields: unknown): FieldSet | undefined {
  if (fields === undefined) return FieldSet.EMPTY;
  return isJsonObject(fields) && isSound(fields) ? FieldSet.fromFieldsV1(fields) : undefined;
}

function isSound(fields: JsonObject): boolean {
  return Object.entries(fields).every(
    ([element, below]) => isJsonObject(below) && (element === '.' || (isElement(element) && isSound(below))),
  );
}

function isElement(element: string): boolean {
  const colon = element.indexOf(':');
  if (colon < 0) return false;
  const [form, body] = [element.slice(0, colon), element.slice(colon + 1)];
  if (form === 'i') return /^[-+]?\d+$/.test(body);
  if (form !== 'v' && form !== 'k') return true;
  try {
    const value: unknown = JSON.parse(body);
    return form === 'v' || isJsonObject(value);
  } catch {
    // Not JSON: no element.
    return false;
  }
}
