/** Generates `crds/src/generated/*.ts`, the TypeScript types of our kinds, from the CRD YAML. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';

interface Schema extends JSONSchema {
  tsType?: string;
}

export interface CrdDocument {
  spec: {
    names: { kind: string; plural: string };
    group: string;
    scope: string;
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const BANNER = `// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type { ObjectMeta } from '../object-meta.ts';
`;

/** Renders one CRD as a TypeScript module: the kind, its spec, its status and every nested object by name. */
export async function renderCrdTypes(crd: CrdDocument): Promise<string> {
  const version = crd.spec.versions[0];
  if (!version) throw new Error(`${crd.spec.names.kind} has no version`);
  const kind = crd.spec.names.kind;
  const root = nameObjects(structuredClone(version.schema.openAPIV3Schema), kind);
  root.properties = {
    ...root.properties,
    apiVersion: { tsType: `'${crd.spec.group}/${version.name}'`, description: 'The version of this API.' },
    kind: { tsType: `'${kind}'`, description: 'The kind.' },
    metadata: { tsType: 'ObjectMeta', description: 'Standard object metadata.' },
  };
  root.required = ['apiVersion', 'kind', 'metadata', ...(Array.isArray(root.required) ? root.required : [])];
  return compile(root, kind, {
    bannerComment: BANNER,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
}

/** Gives every nested object a title made of its path, so that the generated interfaces have names. */
function nameObjects(schema: Schema, name: string): Schema {
  for (const key of Object.keys(schema)) if (key.startsWith('x-kubernetes-')) delete schema[key];
  if (schema.type === 'object' && schema.properties) {
    schema.title = name;
    for (const [field, child] of Object.entries(schema.properties)) nameObjects(child, name + capital(field));
  } else if (schema.type === 'array' && schema.items) {
    nameObjects(schema.items, singular(name));
  } else if (typeof schema.additionalProperties === 'object') {
    nameObjects(schema.additionalProperties, name);
  }
  return schema;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const singular = (word: string): string => (word.endsWith('Evidence') ? `${word}Quote` : word.replace(/s$/, ''));
