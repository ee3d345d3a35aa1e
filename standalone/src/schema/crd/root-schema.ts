import { compileRules } from '../cel/compile-rules.ts';
import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid } from '../structural/cause.ts';
import { defaultCauses } from './default-causes.ts';
import { openApiCauses } from './open-api-schema.ts';
import { structuralCauses } from './structural-schema.ts';
import { unsupportedWord } from './unsupported-words.ts';

/** Where a version's schema stands and what is served beside it. */
export interface RootSchemaPlace {
  path: string;
  /** Whether `/status` is served; the root may say less then. */
  hasStatus: boolean;
}

/**
 * Violations of one version's schema, in kube-apiserver's order of judgement: CEL rules are compiled only when the
 * schema is structural and its defaults hold, and only where nothing else is wrong at or below the rule's node.
 */
export function rootSchemaCauses(schema: SchemaNode, place: RootSchemaPlace): Cause[] {
  const { path } = place;
  const causes = place.hasStatus ? statusRootCauses(schema, path) : [];
  if (schema.nullable === true) causes.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const unsupported = unsupportedWord(schema);
  const ofStructure = unsupported === undefined ? structureCauses(schema, path) : [];
  const ofWords = openApiCauses(schema, path);
  causes.push(...ofStructure, ...ofWords);
  if (unsupported !== undefined) return causes.length > 0 ? causes : [invalid(path, '', unsupported)];
  if (ofStructure.length > 0) return causes;
  const ofRules = compileRules(asResource(schema), path).causes;
  const isJudged = ({ field }: Cause): boolean => {
    const node = field.slice(0, field.lastIndexOf('.x-kubernetes-validations'));
    return !ofWords.some((cause) => cause.field.startsWith(node));
  };
  return [...causes, ...ofRules.filter(isJudged)];
}

function structureCauses(schema: SchemaNode, path: string): Cause[] {
  const causes = structuralCauses(schema, path);
  return causes.length > 0 ? causes : defaultCauses(asResource(schema), path);
}

/** The root is a resource: rules may read apiVersion, kind and the names in metadata. */
export function asResource(schema: SchemaNode): SchemaNode {
  return { ...schema, 'x-kubernetes-embedded-resource': true };
}

/** Words that would be lost when the status is judged on its own, or that mean nothing at a root. */
const NOT_AT_ROOT = [
  'id',
  '$schema',
  '$ref',
  'default',
  'enum',
  'nullable',
  'minProperties',
  'maxProperties',
  'additionalProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
];

function statusRootCauses(schema: SchemaNode, path: string): Cause[] {
  const causes: Cause[] = [];
  if ((schema.type ?? '') !== '' && schema.type !== 'object') {
    const words = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    causes.push(invalid(`${path}.type`, schema.type, words));
  } else if (NOT_AT_ROOT.some((word) => Object.hasOwn(schema, word))) {
    const words = 'has fields that are not allowed at the root of the schema if the status subresource is enabled';
    causes.push(invalid(path, schema, words));
  }
  return causes;
}
