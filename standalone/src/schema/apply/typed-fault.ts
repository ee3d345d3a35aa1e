import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, jsonType, ownValue } from '../structural/json-value.ts';
import { fieldElement, fieldSchema, itemElement, printPath } from './field-elements.ts';

/**
 * Why an intent does not fit its schema, in the words of structured-merge-diff; undefined when it fits.
 *
 * An intent is never pruned: a field that the schema does not declare cannot be owned. Null fits everywhere.
 */
export function typedFault(value: Json, schema: SchemaNode, path: readonly string[] = []): string | undefined {
  const at = printPath(path) || '.';
  if (value === null || schema['x-kubernetes-int-or-string'] === true) return undefined;
  if (isMap(schema)) {
    return isJsonObject(value) ? mapFault(value, schema, path) : `${at}: expected map, got ${shown(value)}`;
  }
  if (schema.type === 'array') {
    return Array.isArray(value) ? listFault(value, schema, path) : `${at}: expected list, got ${shown(value)}`;
  }
  return scalarFault(value, schema.type, at);
}

function isMap({ type, properties }: SchemaNode): boolean {
  return type === 'object' || properties !== undefined;
}

function shown(value: Json): string {
  return `&{${typeof value === 'object' ? JSON.stringify(value) : value}}`;
}

function scalarFault(value: Json, type: string | undefined, at: string): string | undefined {
  const actual = jsonType(value);
  if (type === 'string' && actual !== 'string') return `${at}: expected string, got ${shown(value)}`;
  if (type === 'boolean' && actual !== 'boolean') return `${at}: expected boolean, got ${shown(value)}`;
  const isNumber = actual === 'integer' || actual === 'number';
  if ((type === 'integer' || type === 'number') && !isNumber) {
    return `${at}: expected numeric (int or float), got ${actual}`;
  }
  return undefined;
}

function mapFault(value: JsonObject, schema: SchemaNode, path: readonly string[]): string | undefined {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  for (const [key, child] of Object.entries(value)) {
    const childPath = [...path, fieldElement(key)];
    const node = fieldSchema(schema, key);
    if (node === undefined && !isOpen) return `${printPath(childPath)}: field not declared in schema`;
    const fault = node === undefined ? undefined : typedFault(child, node, childPath);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function listFault(value: readonly Json[], schema: SchemaNode, path: readonly string[]): string | undefined {
  const type = schema['x-kubernetes-list-type'];
  const isAssociative = type === 'map' || type === 'set';
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const odd = type === 'map' ? keyFault(item, schema) : type === 'set' ? memberFault(item) : undefined;
    if (odd !== undefined) return `${printPath(path)}: element ${index}: ${odd}`;
    const element = isAssociative ? itemElement(item, schema) : `i:${index}`;
    if (seen.has(element)) return `${printPath(path)}: duplicate entries for key ${printPath([element])}`;
    seen.add(element);
    const fault = schema.items === undefined ? undefined : typedFault(item, schema.items, [...path, element]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function memberFault(item: Json): string | undefined {
  const list = 'associative list without keys has an element';
  if (item === null) return `${list} that's an explicit null`;
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return isJsonObject(item) ? `${list} that's a map type` : undefined;
}

function keyFault(item: Json, schema: SchemaNode): string | undefined {
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const hasKey = (key: string): boolean =>
    ownValue(item, key) !== undefined || ownValue(schema.items?.properties, key)?.default !== undefined;
  if (keys.some(hasKey)) return undefined;
  const list = JSON.stringify(keys);
  return `associative list with keys has an element that omits all key fields ${list} (and doesn't have default values for any key fields)`;
}
