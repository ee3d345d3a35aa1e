import type { Cause, SchemaNode } from '../kinds.ts';
import { required } from '../structural/cause.ts';
import { ownValue } from '../structural/json-value.ts';

/**
 * Fields and items that an alternative at the root names but the root does not declare. Like kube-apiserver, this
 * starts at the root only: alternatives further inside are not judged.
 */
export function completenessCauses(schema: SchemaNode, path: string): Cause[] {
  return alternativeCauses(schema, schema, { outer: path, inner: path });
}

interface Places {
  /** Path of the declaring node. */
  outer: string;
  /** Path of the restricting node. */
  inner: string;
}

function alternativeCauses(part: SchemaNode, outer: SchemaNode | undefined, places: Places): Cause[] {
  const { not, allOf = [], anyOf = [], oneOf = [] } = part;
  const causes = not === undefined ? [] : nestedCauses(not, outer, { ...places, inner: `${places.inner}.not` });
  for (const [word, parts] of Object.entries({ allOf, anyOf, oneOf })) {
    parts.forEach((child, index) => {
      causes.push(...nestedCauses(child, outer, { ...places, inner: `${places.inner}.${word}[${index}]` }));
    });
  }
  return causes;
}

function nestedCauses(part: SchemaNode, outer: SchemaNode | undefined, places: Places): Cause[] {
  if (outer === undefined) return [required(places.outer, `because it is defined in ${places.inner}`)];
  const causes = alternativeCauses(part, outer, places);
  const below = (child: SchemaNode, node: SchemaNode | undefined, step: string): void => {
    causes.push(...nestedCauses(child, node, { outer: places.outer + step, inner: places.inner + step }));
  };
  if (part.items !== undefined) below(part.items, outer.items, '.items');
  for (const [key, child] of Object.entries(part.properties ?? {})) {
    below(child, ownValue(outer.properties, key), `.properties[${key}]`);
  }
  return causes;
}
