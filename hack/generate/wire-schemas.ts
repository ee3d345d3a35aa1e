/** Turns the CRD schemas that also travel between operator, API and agents into plain JSON Schema for `protocol/`. */
import type { CrdDocument } from './crd-types.ts';

type Json = { [key: string]: unknown };

/** The schema at a path of properties, without Kubernetes extensions and closed against unknown fields. */
export function wireSchema(crd: CrdDocument, path: readonly string[]): Json {
  let schema = crd.spec.versions[0]?.schema.openAPIV3Schema as Json;
  for (const field of path) schema = (schema['properties'] as Json)[field] as Json;
  return close(structuredClone(schema));
}

/** The schema without the fields at the paths. Changes the schema it is given. */
export function withoutFields(schema: Json, paths: readonly (readonly string[])[]): Json {
  for (const path of paths) {
    const parents = path.slice(0, -1);
    let parent = schema;
    for (const field of parents) parent = (parent['properties'] as Json)[field] as Json;
    const properties = parent['properties'] as Json;
    const field = path.at(-1) ?? '';
    if (!Object.hasOwn(properties, field)) throw new Error(`The schema has no field ${path.join('.')}`);
    delete properties[field];
  }
  return schema;
}

function close(schema: Json): Json {
  for (const key of Object.keys(schema)) if (key.startsWith('x-kubernetes-') || key === 'default') delete schema[key];
  const properties = schema['properties'] as Json | undefined;
  if (properties) {
    for (const child of Object.values(properties)) close(child as Json);
    schema['additionalProperties'] = false;
  } else if (typeof schema['additionalProperties'] === 'object') {
    close(schema['additionalProperties'] as Json);
  }
  if (schema['items']) close(schema['items'] as Json);
  return schema;
}

/** A TypeScript module that exports the schemas as constants. */
export function renderSchemaModule(schemas: Record<string, Json>): string {
  const constants = Object.entries(schemas).map(
    ([name, schema]) => `/** JSON Schema of ${name.toLowerCase().replaceAll('_', ' ')}, from the CRDs. */
export const ${name} = ${JSON.stringify(schema, null, 2)} as const;`,
  );
  return `// Generated from crds/v1alpha1 by hack/generate. Do not edit.\n${constants.join('\n\n')}\n`;
}
