import type { Cause, JsonObject, SchemaNode } from '../kinds.ts';
import { duplicate, goJson, invalid } from './cause.ts';
import { anywhere } from './anywhere.ts';
import { isJsonObject, ownValue } from './json-value.ts';

const hasListType = anywhere(({ 'x-kubernetes-list-type': type }) => type === 'set' || type === 'map');

/** Duplicates in lists of type set and map, anywhere below `value`. */
export function listTypeCauses(value: unknown, schema: SchemaNode | undefined, path: string): Cause[] {
  if (schema === undefined || !hasListType(schema)) return [];
  if (Array.isArray(value)) {
    const below = value.flatMap((item, index) => listTypeCauses(item, schema.items, `${path}[${index}]`));
    return [...ownListCauses(value, schema, path), ...below];
  }
  return isJsonObject(value) ? objectCauses(value, schema, path) : [];
}

function objectCauses(value: JsonObject, schema: SchemaNode, path: string): Cause[] {
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return Object.entries(value).flatMap(([key, child]) => {
    const property = ownValue(schema.properties, key);
    if (property !== undefined) return listTypeCauses(child, property, path === '' ? key : `${path}.${key}`);
    return listTypeCauses(child, additional, `${path}[${key}]`);
  });
}

function ownListCauses(items: readonly unknown[], schema: SchemaNode, path: string): Cause[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return repeated(items).map((index) => duplicate(`${path}[${index}]`, items[index]));
  if (type !== 'map') return [];
  const wrong = items.findIndex((item) => item !== null && !isJsonObject(item));
  if (wrong >= 0)
    return [invalid(`${path}[${wrong}]`, items[wrong], 'must be an object for an array of list-type map')];
  const keyNames = schema['x-kubernetes-list-map-keys'] ?? [];
  const keys = items.map((item) => pick(isJsonObject(item) ? item : {}, keyNames));
  return repeated(keys).map((index) => duplicate(`${path}[${index}]`, keys[index]));
}

function pick(item: JsonObject, keyNames: readonly string[]): JsonObject {
  return Object.fromEntries(keyNames.flatMap((key) => (Object.hasOwn(item, key) ? [[key, item[key] ?? null]] : [])));
}

/** Index of the second appearance of each value that appears more than once. */
function repeated(items: readonly unknown[]): number[] {
  if (items.length < 2) return [];
  const counts = new Map<string, number>();
  return items.flatMap((item, index) => {
    const text = goJson(item);
    const seen = counts.get(text) ?? 0;
    counts.set(text, seen + 1);
    return seen === 1 ? [index] : [];
  });
}
