import type { SchemaNode } from '../kinds.ts';

/** A string field. */
export function text(description: string): SchemaNode {
  return { type: 'string', description };
}

/** An RFC 3339 time field. */
export function time(description: string): SchemaNode {
  return { type: 'string', format: 'date-time', description };
}

/** A time field in microseconds: meta/v1 MicroTime, which takes exactly six digits. */
export function microTime(description: string): SchemaNode {
  return { ...time(description), pattern: MICRO_TIME };
}

const MICRO_TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}(Z|[-+]\\d\\d:\\d\\d)$';

/** A 32-bit integer field. */
export function int32(description: string): SchemaNode {
  return { type: 'integer', format: 'int32', description };
}

/** A boolean field. */
export function flag(description: string): SchemaNode {
  return { type: 'boolean', description };
}

/** A map from strings to strings. */
export function textMap(description: string): SchemaNode {
  return { type: 'object', additionalProperties: { type: 'string' }, description };
}

/** An object with the fields given and no others. */
export function object(description: string, properties: Record<string, SchemaNode>): SchemaNode {
  return { type: 'object', description, properties };
}

/** An object of which nothing is declared and everything is kept. */
export function anything(description: string): SchemaNode {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

/** A list that is replaced as a whole. */
export function listOf(description: string, items: SchemaNode): SchemaNode {
  return { type: 'array', description, items, 'x-kubernetes-list-type': 'atomic' };
}

/** A list whose items are told apart by keys. */
export function mapListOf(description: string, items: SchemaNode, keys: string[]): SchemaNode {
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
  };
}

/** A reference to another object, whole. */
export function objectReference(description: string): SchemaNode {
  return {
    type: 'object',
    description,
    properties: {
      apiVersion: text('API version of the object.'),
      fieldPath: text('Part of the object that is meant, such as spec.containers{name}.'),
      kind: text('Kind of the object.'),
      name: text('Name of the object.'),
      namespace: text('Namespace of the object.'),
      resourceVersion: text('Version of the object that was seen.'),
      uid: text('UID of the object.'),
    },
    'x-kubernetes-map-type': 'atomic',
  };
}
