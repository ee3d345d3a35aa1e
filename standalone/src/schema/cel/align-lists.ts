import type { SchemaNode } from '../kinds.ts';
import { goJson } from '../structural/cause.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';

/**
 * A stored value whose lists of type set and map stand in the order of the new value, where they have the same
 * members. The order of such lists means nothing, so `self == oldSelf` must not see it.
 */
export function alignLists(value: unknown, old: unknown, schema: SchemaNode | undefined): unknown {
  if (schema === undefined || value === old) return old;
  if (Array.isArray(value) && Array.isArray(old)) return alignItems(value, old, schema);
  if (!isJsonObject(value) || !isJsonObject(old)) return old;
  const { properties, additionalProperties: additional } = schema;
  const rest = typeof additional === 'object' ? additional : undefined;
  return Object.fromEntries(
    Object.entries(old).map(([key, child]) => {
      return [key, alignLists(ownValue(value, key), child, ownValue(properties, key) ?? rest)];
    }),
  );
}

function alignItems(items: readonly unknown[], old: readonly unknown[], schema: SchemaNode): unknown[] {
  const keyOf = keyFunction(schema);
  if (keyOf === undefined || items.length !== old.length) {
    return old.map((item, index) => alignLists(items[index], item, schema.items));
  }
  const byKey = new Map(old.map((item) => [keyOf(item), item]));
  if (byKey.size !== old.length || !items.every((item) => byKey.has(keyOf(item)))) return [...old];
  return items.map((item) => alignLists(item, byKey.get(keyOf(item)), schema.items));
}

function keyFunction(schema: SchemaNode): ((item: unknown) => string) | undefined {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (type === 'set') return goJson;
  if (type !== 'map') return undefined;
  return (item) => goJson(keys.map((key) => (isJsonObject(item) ? (ownValue(item, key) ?? null) : null)));
}
