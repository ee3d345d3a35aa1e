import type { SchemaNode } from '../kinds.ts';
import { isJsonObject, jsonEqual, ownValue } from './json-value.ts';

/** Old counterpart of a property or map entry; undefined where there is none. Atomic maps have counterparts too. */
export function oldProperty(old: unknown, key: string): unknown {
  return isJsonObject(old) ? ownValue(old, key) : undefined;
}

/** Old counterpart of a list item: found by its keys in a list of type map, otherwise undefined. */
export function oldItem(schema: SchemaNode, old: unknown, item: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(old)) return undefined;
  return old.find((candidate) => sameKeys(candidate, item, keys));
}

function sameKeys(a: unknown, b: unknown, keys: readonly string[]): boolean {
  return isJsonObject(a) && isJsonObject(b) && keys.every((key) => jsonEqual(ownValue(a, key), ownValue(b, key)));
}
