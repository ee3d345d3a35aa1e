import { compileRules } from '../cel/compile-rules.ts';
import { ruleCauses } from '../cel/run-rules.ts';
import type { Cause, Json, SchemaNode } from '../kinds.ts';
import { invalid } from '../structural/cause.ts';
import { embeddedCauses } from '../structural/embedded.ts';
import { jsonEqual } from '../structural/json-value.ts';
import { pruneValue } from '../structural/prune.ts';
import { schemaCauses } from '../structural/validate.ts';

/**
 * Violations of the defaults of a structural schema by the nodes they stand in: each must be pruned and valid as it is,
 * before other defaults are filled into it, and hold against the CEL rules of its node. Map values have no defaults
 * that are judged.
 */
export function defaultCauses(schema: SchemaNode, path: string): Cause[] {
  const causes = schema.default === undefined ? [] : ownCauses(schema, schema.default, path);
  if (schema.items !== undefined) causes.push(...defaultCauses(schema.items, `${path}.items`));
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    causes.push(...defaultCauses(child, `${path}.properties[${key}]`));
  }
  return causes;
}

function ownCauses(schema: SchemaNode, value: Json, path: string): Cause[] {
  const at = `${path}.default`;
  const causes: Cause[] = [];
  if (!jsonEqual(pruneValue(value, schema).value, value)) {
    causes.push(invalid(at, value, 'must not have unknown fields'));
  }
  const ofEmbedded = embeddedCauses(value, schema, at);
  if (ofEmbedded.length > 0) return [...causes, ...ofEmbedded];
  // What has no field of its own is told of the whole, and integer-or-string is not judged in defaults.
  const ofSchema = schemaCauses(value, withoutIntOrString(schema), '');
  if (ofSchema.length > 0) {
    const below = (field: string): string => (field === '' || field === '<nil>' ? at : `${at}.${field}`);
    return [...causes, ...ofSchema.map((cause) => ({ ...cause, field: below(cause.field) }))];
  }
  const { tree, causes: faults } = compileRules(schema, path);
  return faults.length > 0 ? causes : [...causes, ...ruleCauses(tree, value, undefined, at)];
}

function withoutIntOrString(schema: SchemaNode): SchemaNode {
  const { 'x-kubernetes-int-or-string': _word, properties, items, ...rest } = schema;
  const entries = Object.entries(properties ?? {}).map(([key, child]) => [key, withoutIntOrString(child)] as const);
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(entries) }),
    ...(items === undefined ? {} : { items: withoutIntOrString(items) }),
  };
}
