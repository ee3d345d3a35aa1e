import type { SchemaNode } from '../kinds.ts';

/** A schema within a schema. */
export interface SchemaChild {
  /** What it says of the outer value: its fields, its map values, its items, or the value itself once more. */
  role: 'property' | 'additional' | 'item' | 'nested';
  node: SchemaNode;
  path: string;
  /** Name of a property. */
  key?: string;
}

/** The schemas directly within one, with the paths that messages name them by. */
export function schemaChildren(schema: SchemaNode, path: string): SchemaChild[] {
  const children: SchemaChild[] = [];
  if (typeof schema.additionalProperties === 'object') {
    children.push({ role: 'additional', node: schema.additionalProperties, path: `${path}.additionalProperties` });
  }
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    children.push({ role: 'property', node, path: `${path}.properties[${key}]`, key });
  }
  if (schema.not !== undefined) children.push({ role: 'nested', node: schema.not, path: `${path}.not` });
  for (const word of ['allOf', 'oneOf', 'anyOf'] as const) {
    (schema[word] ?? []).forEach((node, index) =>
      children.push({ role: 'nested', node, path: `${path}.${word}[${index}]` }),
    );
  }
  if (schema.items !== undefined && !Array.isArray(schema.items)) {
    children.push({ role: 'item', node: schema.items, path: `${path}.items` });
  }
  return children;
}
