import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from './json-value.ts';

/**
 * `value` with schema defaults; parts that need none are shared with it.
 *
 * A null where null is not allowed is replaced by the default if there is one and dropped from maps otherwise,
 * as kube-apiserver does before it validates.
 */
export function defaultValue(value: Json, schema: SchemaNode | undefined): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => defaultItem(item, schema.items));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  return isJsonObject(value) ? defaultObject(value, schema) : value;
}

function defaultItem(item: Json, schema: SchemaNode | undefined): Json {
  const start = isForbiddenNull(item, schema) && schema?.default !== undefined ? structuredClone(schema.default) : item;
  return defaultValue(start, schema);
}

function isForbiddenNull(value: Json | undefined, schema: SchemaNode | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true;
}

function defaultObject(value: JsonObject, schema: SchemaNode): JsonObject {
  const result: JsonObject = {};
  let isWhole = true;
  for (const [key, child] of Object.entries(value)) {
    const childSchema = ownValue(schema.properties, key) ?? additionalSchema(schema);
    if (!isForbiddenNull(child, childSchema)) setOwn(result, key, defaultValue(child, childSchema));
    else if (childSchema?.default !== undefined) setOwn(result, key, defaultItem(child, childSchema));
    isWhole &&= ownValue(result, key) === child;
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || Object.hasOwn(result, key)) continue;
    result[key] = defaultValue(structuredClone(property.default), property);
    isWhole = false;
  }
  return isWhole ? value : result;
}

function additionalSchema(schema: SchemaNode): SchemaNode | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
