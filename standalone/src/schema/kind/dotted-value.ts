import type { Json, JsonObject } from '../kinds.ts';

/** Value at a dotted path as field selectors compare it: text, empty when absent. */
export function dottedValue(object: JsonObject, path: string): string {
  let value: Json | undefined = object;
  for (const key of path.split('.')) {
    value =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
