import type { SchemaNode } from '../kinds.ts';
import { schemaChildren } from './schema-children.ts';

const WORDS: readonly [key: string, name: string][] = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
];

/** Why a schema cannot be read as a structural one at all; undefined when it can. */
export function unsupportedWord(schema: SchemaNode): string | undefined {
  const word = WORDS.find(([key]) => hasValue((schema as Record<string, unknown>)[key]));
  if (word !== undefined) return `OpenAPIV3Schema '${word[1]}' is not supported`;
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  for (const { node } of schemaChildren(schema, '')) {
    const below = unsupportedWord(node);
    if (below !== undefined) return below;
  }
  return undefined;
}

function hasValue(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
