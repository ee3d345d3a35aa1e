import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from '../structural/json-value.ts';
import { itemsByElement } from './compare.ts';
import { fieldElement, fieldSchema, itemElement, shapeOf } from './field-elements.ts';
import type { FieldSet } from './field-set.ts';

/** The live value with an applied one laid over it: maps by field, sets and keyed lists by item, the rest as a whole. */
export function mergeApplied(live: Json | undefined, applied: Json, schema: SchemaNode | undefined): Json {
  // Null is an empty map or list to merge in, so it changes nothing; between two empty ones the applied one counts.
  if (applied === null && live !== undefined && shapeOf(live, schema) !== 'atomic' && !isEmpty(live)) return live;
  const shape = shapeOf(applied, schema);
  if (live === undefined || shape === 'atomic' || shapeOf(live, schema) !== shape) return applied;
  if (isJsonObject(applied) && isJsonObject(live)) return mergeMaps(live, applied, schema);
  return Array.isArray(applied) && Array.isArray(live) ? mergeLists(live, applied, schema) : applied;
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function mergeMaps(live: JsonObject, applied: JsonObject, schema: SchemaNode | undefined): JsonObject {
  const result: JsonObject = { ...live };
  for (const [key, value] of Object.entries(applied)) {
    setOwn(result, key, mergeApplied(ownValue(live, key), value, fieldSchema(schema, key)));
  }
  return result;
}

/**
 * Items of both lists, each once. Shared items come in the applied order; items of the live list alone stay before the
 * shared item that they stood before, and come before new ones.
 */
function mergeLists(live: readonly Json[], applied: readonly Json[], schema: SchemaNode | undefined): Json[] {
  const wanted = itemsByElement([...applied], schema);
  const known = itemsByElement([...live], schema);
  const liveOrder = live.map((item) => itemElement(item, schema));
  const wantedOrder = [...wanted.keys()];
  const shared = wantedOrder.filter((element) => known.has(element));
  const placed = new Set<string>();
  const result: Json[] = [];
  const place = (element: string, item: Json): void => {
    result.push(mergeApplied(known.get(element), item, schema?.items));
    placed.add(element);
    if (shared[0] === element) shared.shift();
  };
  let [at, next] = [0, 0];
  while (at < liveOrder.length || next < wantedOrder.length) {
    const [mine, theirs] = [liveOrder[at], wantedOrder[next]];
    const item = live[at];
    const isShared = mine !== undefined && wanted.has(mine);
    if (mine !== undefined && item !== undefined && !isShared) {
      result.push(item);
      at += 1;
    } else if (
      mine !== undefined &&
      mine !== theirs &&
      (placed.has(mine) || (theirs !== undefined && shared[0] !== mine))
    ) {
      // Its place is decided by the applied order.
      at += 1;
    } else if (theirs !== undefined) {
      place(theirs, wanted.get(theirs) ?? null);
      next += 1;
      if (mine === theirs) at += 1;
    } else {
      at += 1;
    }
  }
  return result;
}

/**
 * The value without the members of a set and all below them. What loses its last entry becomes null, which defaulting
 * then drops or fills, as on a cluster.
 */
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
    return Object.keys(result).length === 0 ? null : result;
  }
  if (!Array.isArray(value) || shape === 'atomic') return value;
  const items = value.flatMap((item) => {
    const element = itemElement(item, schema);
    return set.members.has(element) ? [] : [removeFields(item, schema?.items, set.child(element))];
  });
  return items.length === 0 ? null : items;
}
