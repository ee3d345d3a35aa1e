import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from './json-value.ts';

/**
 * A copy of `value` with schema defaults.
 *
 * A null where null is not allowed is replaced by the default if there is one and dropped from maps otherwise,
 * as kube-apiserver does before it validates.
 */
export function defaultValue(value: Json, schema: SchemaNode | undefined): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => defaultItem(item, schema.items));
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
  for (const [key, child] of Object.entries(value)) {
    const childSchema = ownValue(schema.properties, key) ?? additionalSchema(schema);
    if (!isForbiddenNull(child, childSchema)) setOwn(result, key, defaultValue(child, childSchema));
    else if (childSchema?.default !== undefined) setOwn(result, key, defaultItem(child, childSchema));
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || Object.hasOwn(result, key)) continue;
    result[key] = defaultValue(structuredClone(property.default), property);
  }
  return result;
}

function additionalSchema(schema: SchemaNode): SchemaNode | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
