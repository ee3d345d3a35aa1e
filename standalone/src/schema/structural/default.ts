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
  let result = value;
  // Copied for the first change only: most objects need none.
  const changed = (): JsonObject => (result === value ? (result = { ...value }) : result);
  for (const [key, child] of Object.entries(value)) {
    const childSchema = ownValue(schema.properties, key) ?? additionalSchema(schema);
    if (isForbiddenNull(child, childSchema) && childSchema?.default === undefined) {
      delete changed()[key];
      continue;
    }
    const filled = defaultItem(child, childSchema);
    if (filled !== child) setOwn(changed(), key, filled);
  }
  for (const [key, property] of defaultedProperties(schema)) {
    if (!Object.hasOwn(result, key)) changed()[key] = defaultValue(structuredClone(property.default), property);
  }
  return result;
}

/** Properties that have defaults, found once for each schema node. */
const defaulted = new WeakMap<SchemaNode, readonly DefaultedProperty[]>();

type DefaultedProperty = readonly [key: string, property: SchemaNode & { default: Json }];

function defaultedProperties(schema: SchemaNode): readonly DefaultedProperty[] {
  const known = defaulted.get(schema);
  if (known !== undefined) return known;
  const found = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    property.default === undefined ? [] : [[key, { ...property, default: property.default }] as const],
  );
  defaulted.set(schema, found);
  return found;
}

function additionalSchema(schema: SchemaNode): SchemaNode | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
