import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { goJson } from '../structural/cause.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';

/** How a node takes part in ownership: as one value, or by its fields, items or keys. */
export type NodeShape = 'atomic' | 'map' | 'set' | 'keyed';

/** The shape of a value under its schema; undeclared maps are granular and undeclared lists atomic. */
export function shapeOf(value: unknown, schema: SchemaNode | undefined): NodeShape {
  if (isJsonObject(value)) return schema?.['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'map';
  if (!Array.isArray(value)) return 'atomic';
  if (schema?.['x-kubernetes-list-type'] === 'set') return 'set';
  return schema?.['x-kubernetes-list-type'] === 'map' ? 'keyed' : 'atomic';
}

/** Schema of a field, if the node declares it by name. */
export function declaredField(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  return ownValue(schema?.properties, key);
}

/** Schema of a field, declared by name or as a value of a map. */
export function fieldSchema(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  const additional = schema?.additionalProperties;
  return declaredField(schema, key) ?? (typeof additional === 'object' ? additional : undefined);
}

/** The element of a field in FieldsV1 notation. */
export function fieldElement(key: string): string {
  return `f:${key}`;
}

/** The element of a list item in FieldsV1 notation: its value in a set, its keys (defaults included) in a keyed list. */
export function itemElement(item: Json, schema: SchemaNode | undefined): string {
  if (schema?.['x-kubernetes-list-type'] !== 'map') return `v:${goJson(item)}`;
  const source = isJsonObject(item) ? item : {};
  const keys: JsonObject = {};
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const value = ownValue(source, key) ?? ownValue(schema.items?.properties, key)?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${goJson(keys)}`;
}

/** A path as Kubernetes prints it: `.spec.conditions[type="Ready"].status`, `.metadata.finalizers[="x"]`. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('');
}

function printElement(element: string): string {
  const body = element.slice(2);
  if (element.startsWith('f:')) return `.${body}`;
  if (element.startsWith('v:')) return `[=${body}]`;
  if (!element.startsWith('k:')) return `[${body}]`;
  const keys: unknown = JSON.parse(body);
  const pairs = isJsonObject(keys) ? Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`) : [];
  return `[${pairs.join(',')}]`;
}
