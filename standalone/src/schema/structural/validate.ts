import type { Cause, JsonObject, SchemaNode } from '../kinds.ts';
import { invalid, required } from './cause.ts';
import { combinationCauses } from './combinations.ts';
import { oldItem, oldProperty } from './correlate.ts';
import { isJsonObject, jsonEqual, jsonType, ownValue } from './json-value.ts';
import { enumCauses, numberCauses, stringCauses, typeCauses } from './scalar-checks.ts';
import { tooMany } from './cause.ts';

/**
 * Violations of an OpenAPI v3 schema, in kube-apiserver's words and order.
 *
 * `old` is the stored counterpart on an update: what equals it is not judged again (ratcheting).
 * CEL rules, list-type duplicates and metadata are judged elsewhere.
 */
export function schemaCauses(value: unknown, schema: SchemaNode, path: string, old?: unknown): Cause[] {
  if (old !== undefined && jsonEqual(value, old)) return [];
  const type = jsonType(value);
  const causes = typeCauses(value, schema, path);
  if (type === 'null') return [...causes, ...enumCauses(value, schema, path)];
  causes.push(...combinationCauses(value, schema, path));
  if (typeof value === 'string') causes.push(...stringCauses(value, schema, path));
  if (typeof value === 'number') causes.push(...numberCauses(value, schema, path));
  if (Array.isArray(value)) causes.push(...arrayCauses(value, schema, path, old));
  causes.push(...enumCauses(value, schema, path));
  if (isJsonObject(value)) causes.push(...objectCauses(value, schema, path, old));
  return causes;
}

function arrayCauses(items: readonly unknown[], schema: SchemaNode, path: string, old: unknown): Cause[] {
  const itemSchema = schema.items;
  const causes =
    itemSchema === undefined
      ? []
      : items.flatMap((item, index) => schemaCauses(item, itemSchema, `${path}[${index}]`, oldItem(schema, old, item)));
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && items.length < minItems) {
    causes.push(invalid(path, items.length, `${path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && items.length > maxItems) causes.push(tooMany(path, items.length, maxItems));
  return causes;
}

function objectCauses(value: JsonObject, schema: SchemaNode, path: string, old: unknown): Cause[] {
  const causes = sizeCauses(value, schema, path);
  const { properties, additionalProperties } = schema;
  const child = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, item] of Object.entries(value)) {
    const property = ownValue(properties, key);
    const rule = property ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (rule !== undefined) causes.push(...schemaCauses(item, rule, child(key), oldProperty(old, key)));
    else if (additionalProperties === false) {
      causes.push(invalid(path, key, `${path}.${key} in body is a forbidden property`));
    }
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) causes.push(required(child(key)));
  }
  return causes;
}

function sizeCauses(value: JsonObject, schema: SchemaNode, path: string): Cause[] {
  const size = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  const causes: Cause[] = [];
  if (minProperties !== undefined && size < minProperties) {
    causes.push(invalid(path, size, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && size > maxProperties) causes.push(tooMany(path, size, maxProperties));
  return causes;
}
