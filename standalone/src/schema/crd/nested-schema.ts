import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid } from '../structural/cause.ts';
import { compileGoRegexp } from '../structural/go-regexp.ts';

/** A pattern that RE2 would not take. */
export function patternCauses(schema: SchemaNode, path: string): Cause[] {
  const { pattern = '' } = schema;
  if (pattern === '') return [];
  try {
    compileGoRegexp(pattern);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

/** What a schema inside allOf, anyOf, oneOf or not may not say: it may only restrict what the outer one declares. */
const FORBIDDEN: readonly [key: string, must: string][] = [
  ['type', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** Violations of a schema that stands inside allOf, anyOf, oneOf or not. */
export function restrictionCauses(part: SchemaNode, path: string): Cause[] {
  const causes = FORBIDDEN.filter(([key]) => Object.hasOwn(part, key)).map(([key, must]) =>
    forbidden(`${path}.${key}`, must),
  );
  causes.push(...patternCauses(part, path));
  if (part.additionalProperties !== undefined && part.additionalProperties !== false) {
    causes.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
  }
  if (Object.hasOwn(part.properties ?? {}, 'metadata')) {
    causes.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  for (const [child, at] of nestedParts(part, path)) causes.push(...restrictionCauses(child, at));
  return causes;
}

/** The schemas within a nested one that restrict as well; map values may not be restricted at all. */
export function nestedParts(part: SchemaNode, path: string): [SchemaNode, string][] {
  const { allOf = [], anyOf = [], oneOf = [], not, items, properties = {} } = part;
  const listed = Object.entries({ allOf, anyOf, oneOf }).flatMap(([word, parts]) =>
    parts.map((child, index): [SchemaNode, string] => [child, `${path}.${word}[${index}]`]),
  );
  return [
    ...listed,
    ...(not === undefined ? [] : [[not, `${path}.not`] as [SchemaNode, string]]),
    ...(items === undefined ? [] : [[items, `${path}.items`] as [SchemaNode, string]]),
    ...Object.entries(properties).map(([key, child]): [SchemaNode, string] => [child, `${path}.properties[${key}]`]),
  ];
}
