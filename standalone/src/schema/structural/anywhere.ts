import type { SchemaNode } from '../kinds.ts';

/**
 * Asks a schema whether a test holds for it or for any node below its properties, items and map values.
 *
 * Each node is searched once, for schemas do not change: what few schemas use costs the other objects nothing.
 */
export function anywhere(test: (node: SchemaNode) => boolean): (schema: SchemaNode) => boolean {
  const answers = new WeakMap<SchemaNode, boolean>();
  return (schema) => {
    const known = answers.get(schema);
    if (known !== undefined) return known;
    const answer = search(schema, test, new Set());
    answers.set(schema, answer);
    return answer;
  };
}

/** A schema may contain itself. */
function search(node: SchemaNode, test: (node: SchemaNode) => boolean, seen: Set<SchemaNode>): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  return test(node) || below(node).some((child) => search(child, test, seen));
}

function below({ properties = {}, items, additionalProperties }: SchemaNode): SchemaNode[] {
  return [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}
