import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from '../structural/json-value.ts';
import { itemsByElement } from './compare.ts';
import { fieldElement, fieldSchema, itemElement, shapeOf } from './field-elements.ts';
import type { FieldSet } from './field-set.ts';

/** The live value with an applied one laid over it: maps by field, sets and keyed lists by item, the rest as a whole. */
export function mergeApplied(live: Json | undefined, applied: Json, schema: SchemaNode | undefined): Json {
  const shape = shapeOf(applied, schema);
  if (live === undefined || shape === 'atomic' || shapeOf(live, schema) !== shape) return applied;
  if (isJsonObject(applied) && isJsonObject(live)) return mergeMaps(live, applied, schema);
  return Array.isArray(applied) && Array.isArray(live) ? mergeLists(live, applied, schema) : applied;
}

function mergeMaps(live: JsonObject, applied: JsonObject, schema: SchemaNode | undefined): JsonObject {
  const result: JsonObject = { ...live };
  for (const [key, value] of Object.entries(applied)) {
    setOwn(result, key, mergeApplied(ownValue(live, key), value, fieldSchema(schema, key)));
  }
  return result;
}

/** Items of both, in the applied order where both have them; items of the live list keep their place before the next shared one. */
function mergeLists(live: readonly Json[], applied: readonly Json[], schema: SchemaNode | undefined): Json[] {
  const wanted = itemsByElement([...applied], schema);
  const known = itemsByElement([...live], schema);
  const result: Json[] = [];
  const placed = new Set<string>();
  const queue = [...live];
  const takeLiveOnly = (): void => {
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      const element = itemElement(item, schema);
      if (wanted.has(element) && !placed.has(element)) return;
      if (!wanted.has(element)) result.push(item);
      queue.shift();
    }
  };
  for (const [element, item] of wanted) {
    if (known.has(element)) takeLiveOnly();
    result.push(mergeApplied(known.get(element), item, schema?.items));
    placed.add(element);
  }
  takeLiveOnly();
  return result;
}

/** The value without the members of a set and all below them. */
export function removeFields(value: Json, schema: SchemaNode | undefined, set: FieldSet): Json {
  if (set.isEmpty) return value;
  const shape = shapeOf(value, schema);
  if (shape === 'map' && isJsonObject(value)) {
    const result: JsonObject = {};
    for (const [key, child] of Object.entries(value)) {
      const element = fieldElement(key);
      if (set.members.has(element)) continue;
      setOwn(result, key, removeFields(child, fieldSchema(schema, key), set.child(element)));
    }
    return result;
  }
  if (!Array.isArray(value) || shape === 'atomic') return value;
  return value.flatMap((item) => {
    const element = itemElement(item, schema);
    return set.members.has(element) ? [] : [removeFields(item, schema?.items, set.child(element))];
  });
}
