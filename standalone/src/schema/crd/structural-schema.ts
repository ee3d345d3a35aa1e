import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid, required } from '../structural/cause.ts';
import { completenessCauses } from './schema-completeness.ts';
import { patternCauses, restrictionCauses } from './nested-schema.ts';

/** Where a node stands in its schema, which decides what must be said of it. */
type Level = 'root' | 'field' | 'item';

/** Violations of the rules for structural schemas, with paths such as `….properties[spec].type`. */
export function structuralCauses(schema: SchemaNode, path: string): Cause[] {
  return [...nodeCauses(schema, path, 'root'), ...completenessCauses(schema, path)];
}

function nodeCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const causes =
    schema.type === 'array' && schema.items === undefined ? [required(`${path}.items`, 'must be specified')] : [];
  return [
    ...causes,
    ...childCauses(schema, path, level),
    ...extensionCauses(schema, path),
    ...restrictionsCauses(schema, path),
    ...patternCauses(schema, path),
    ...typeCauses(schema, path, level),
    ...embeddedCauses(schema, path),
    ...typeMetaCauses(schema, path, level),
  ];
}

function childCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const causes = schema.items === undefined ? [] : nodeCauses(schema.items, `${path}.items`, 'item');
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    causes.push(...nodeCauses(child, `${path}.properties[${key}]`, 'field'));
  }
  const additional = schema.additionalProperties;
  if (additional === undefined) return causes;
  if (level === 'root') causes.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (typeof additional === 'object') causes.push(...nodeCauses(additional, `${path}.additionalProperties`, 'field'));
  return causes;
}

function extensionCauses(schema: SchemaNode, path: string): Cause[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((key) => schema[key] === true)
    .map((key) => invalid(`${path}.${key}`, true, 'must be false if x-kubernetes-int-or-string is true'));
}

/** The alternatives of a node; the two ways to write "integer or string" may name types, which nothing else may. */
function restrictionsCauses(schema: SchemaNode, path: string): Cause[] {
  const causes: Cause[] = [];
  if (!isIntOrStringPair(schema.anyOf)) {
    (schema.anyOf ?? []).forEach((part, index) => causes.push(...restrictionCauses(part, `${path}.anyOf[${index}]`)));
  }
  (schema.allOf ?? []).forEach((part, index) => {
    const isPair = index === 0 && isIntOrStringPair(part.anyOf);
    const { anyOf: _anyOf, ...rest } = part;
    causes.push(...restrictionCauses(isPair ? rest : part, `${path}.allOf[${index}]`));
  });
  (schema.oneOf ?? []).forEach((part, index) => causes.push(...restrictionCauses(part, `${path}.oneOf[${index}]`)));
  if (schema.not !== undefined) causes.push(...restrictionCauses(schema.not, `${path}.not`));
  return causes;
}

function isIntOrStringPair(parts: readonly SchemaNode[] | undefined): boolean {
  return JSON.stringify(parts) === '[{"type":"integer"},{"type":"string"}]';
}

function typeCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const type = schema.type ?? '';
  const at = `${path}.type`;
  const causes: Cause[] = [];
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const words = 'must be object if x-kubernetes-embedded-resource is true';
    causes.push(type === '' ? required(at, words) : invalid(at, type, words));
  } else if (type === '' && !isFree) causes.push(required(at, EMPTY_TYPE[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    causes.push(invalid(at, type, 'must be object at the root'));
  return causes;
}

const EMPTY_TYPE: Record<Level, string> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

function embeddedCauses(schema: SchemaNode, path: string): Cause[] {
  if (schema['x-kubernetes-embedded-resource'] !== true) return [];
  const causes: Cause[] = [];
  if (schema.additionalProperties !== undefined) {
    const words = 'must not be used if x-kubernetes-embedded-resource is set';
    causes.push(forbidden(`${path}.additionalProperties`, words));
  }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (isOpen || Object.keys(schema.properties ?? {}).length > 0) return causes;
  const words =
    'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
  return [...causes, required(`${path}.properties`, words)];
}

/** `apiVersion`, `kind` and `metadata` of a resource are the server's; at the root a schema may only narrow names. */
function typeMetaCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const causes: Cause[] = [];
  const isResource = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  const { properties = {} } = schema;
  for (const [key, type] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isResource || property === undefined || property.type === type) continue;
    causes.push(invalid(`${path}.properties[${key}].type`, property.type ?? '', `must be ${type}`));
  }
  const metadata = Object.hasOwn(properties, 'metadata') ? properties['metadata'] : undefined;
  if (level !== 'root' || metadata === undefined || isNarrowing(metadata)) return causes;
  const words = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [...causes, forbidden(`${path}.properties[metadata]`, words)];
}

function isNarrowing(metadata: SchemaNode): boolean {
  const { type: _type, default: _default, properties = {}, ...rest } = metadata;
  const isNames = Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
  return isNames && Object.keys(rest).length === 0;
}
