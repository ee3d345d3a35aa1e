import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from '../structural/json-value.ts';

/** What tells the Go struct of a built-in kind from its schema. */
export interface StructShape {
  /** Dotted paths (lists without index) of fields that may be empty and still be there: Go's pointers. */
  pointers?: readonly string[];
  /** What is always there, also when it is empty: Go's fields without `omitempty`. */
  always?: JsonObject;
}

/**
 * A value as it comes back from Go's struct: null is absent, an empty text, number, list or map is absent where the
 * field is no pointer, and null inside a map or a list is the empty value of its type. Fields that the schema does not
 * declare are kept; they were pruned before.
 */
export function throughStruct(value: JsonObject, schema: SchemaNode, shape: StructShape): JsonObject {
  const pointers = new Set(shape.pointers);
  return withAlways(structOf(value, schema, { pointers, path: '' }), shape.always ?? {});
}

interface At {
  pointers: ReadonlySet<string>;
  path: string;
}

function structOf(value: JsonObject, schema: SchemaNode, at: At): JsonObject {
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === null) continue;
    const node = ownValue(schema.properties, key);
    const path = at.path === '' ? key : `${at.path}.${key}`;
    const kept = node === undefined ? child : valueOf(child, node, { ...at, path });
    if (node === undefined || at.pointers.has(path) || !isZero(kept, node)) setOwn(result, key, kept);
  }
  return result;
}

function valueOf(value: Json, schema: SchemaNode, at: At): Json {
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return value.map((item) => (item === null ? zeroOf(items) : valueOf(item, items, at)));
  }
  if (!isJsonObject(value)) return value;
  const { additionalProperties: values } = schema;
  if (typeof values !== 'object') return schema.properties === undefined ? value : structOf(value, schema, at);
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    setOwn(result, key, child === null ? zeroOf(values) : valueOf(child, values, at));
  }
  return result;
}

/** An empty struct is no zero: `omitempty` does not know it. */
function isZero(value: Json, schema: SchemaNode): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && schema.properties === undefined && Object.keys(value).length === 0;
}

function zeroOf({ type }: SchemaNode): Json {
  if (type === 'string') return '';
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  return type === 'array' ? [] : {};
}

function withAlways(value: JsonObject, always: JsonObject): JsonObject {
  const missing = Object.entries(always).filter(([key]) => !Object.hasOwn(value, key));
  return missing.length === 0 ? value : { ...value, ...structuredClone(Object.fromEntries(missing)) };
}
