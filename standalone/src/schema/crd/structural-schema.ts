import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid, notSupported, required } from '../structural/cause.ts';
import { compileGoRegexp } from '../structural/go-regexp.ts';
import { defaultValue } from '../structural/default.ts';
import { pruneValue } from '../structural/prune.ts';
import { schemaCauses } from '../structural/validate.ts';
import { listSchemaCauses } from './list-schema.ts';

/** Where a node stands in its schema, which decides what must be said of it. */
type Level = 'root' | 'field' | 'item';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Violations of the rules for structural schemas, with paths such as `….properties[spec].type`. */
export function structuralCauses(schema: SchemaNode, path: string): Cause[] {
  return nodeCauses(schema, path, 'root');
}

function nodeCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  return [
    ...typeCauses(schema, path, level),
    ...unsupportedCauses(schema, path),
    ...extensionCauses(schema, path),
    ...listSchemaCauses(schema, path),
    ...patternCauses(schema, path),
    ...defaultCauses(schema, path, level),
    ...combinationCauses(schema, path),
    ...childCauses(schema, path, level),
  ];
}

function childCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const causes: Cause[] = [];
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const childPath = `${path}.properties[${key}]`;
    const isImplied = level === 'root' && (key === 'metadata' || key === 'apiVersion' || key === 'kind');
    causes.push(...(isImplied ? impliedCauses(key, child, childPath) : nodeCauses(child, childPath, 'field')));
  }
  if (typeof schema.additionalProperties === 'object') {
    causes.push(...nodeCauses(schema.additionalProperties, `${path}.additionalProperties`, 'field'));
  }
  if (schema.items !== undefined) causes.push(...nodeCauses(schema.items, `${path}.items`, 'item'));
  return causes;
}

/** `apiVersion`, `kind` and `metadata` are the server's; a CRD may only narrow names. */
function impliedCauses(key: string, schema: SchemaNode, path: string): Cause[] {
  if (key !== 'metadata')
    return schema.type === 'string' ? [] : [invalid(`${path}.type`, schema.type ?? '', 'must be string')];
  const causes = schema.type === 'object' ? [] : [invalid(`${path}.type`, schema.type ?? '', 'must be object')];
  const isNarrow = Object.keys(schema.properties ?? {}).every((name) => name === 'name' || name === 'generateName');
  if (isNarrow) return causes;
  const words = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [...causes, forbidden(path, words)];
}

function typeCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  const type = schema.type ?? '';
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '') {
    if (isFree && level !== 'root') return [];
    return [required(`${path}.type`, EMPTY_TYPE[level])];
  }
  if (type === 'null') return [forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')];
  if (!TYPES.includes(type)) return [notSupported(`${path}.type`, type, TYPES)];
  if (level === 'root' && type !== 'object') return [invalid(`${path}.type`, type, 'must be object at the root')];
  return type === 'array' && schema.items === undefined ? [required(`${path}.items`, 'must be specified')] : [];
}

const EMPTY_TYPE: Record<Level, string> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

function unsupportedCauses(schema: SchemaNode, path: string): Cause[] {
  const causes = UNSUPPORTED.filter((key) => Object.hasOwn(schema, key)).map((key) =>
    forbidden(`${path}.${key}`, `${key} is not supported`),
  );
  if (Array.isArray(schema.items))
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (schema.uniqueItems === true) {
    const words = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.push(forbidden(`${path}.uniqueItems`, words));
  }
  if (schema.properties !== undefined && schema.additionalProperties !== undefined) {
    const words = 'additionalProperties and properties are mutual exclusive';
    causes.push(forbidden(`${path}.additionalProperties`, words));
  }
  if (schema.additionalProperties === false) {
    causes.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  }
  return causes;
}

function extensionCauses(schema: SchemaNode, path: string): Cause[] {
  const preserve = schema['x-kubernetes-preserve-unknown-fields'];
  const causes: Cause[] = [];
  if (preserve === false) {
    causes.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  if (schema['x-kubernetes-embedded-resource'] === true) causes.push(...embeddedCauses(schema, path));
  if (schema['x-kubernetes-int-or-string'] === true && (schema.type ?? '') !== '') {
    causes.push(forbidden(`${path}.type`, 'must be empty if x-kubernetes-int-or-string is true'));
  }
  return causes;
}

function embeddedCauses(schema: SchemaNode, path: string): Cause[] {
  if (schema.type !== 'object') {
    return [invalid(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-embedded-resource is true')];
  }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (isOpen || Object.keys(schema.properties ?? {}).length > 0) return [];
  const words =
    'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
  return [required(`${path}.properties`, words)];
}

function patternCauses(schema: SchemaNode, path: string): Cause[] {
  if (schema.pattern === undefined) return [];
  try {
    compileGoRegexp(schema.pattern);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

/** A default must be valid and complete by the schema it stands in. */
function defaultCauses(schema: SchemaNode, path: string, level: Level): Cause[] {
  if (schema.default === undefined) return [];
  if (level === 'root') return [forbidden(`${path}.default`, 'must not be set at the root')];
  const { value, unknownFields } = pruneValue(schema.default, schema);
  if (unknownFields.length > 0) return [invalid(`${path}.default`, schema.default, 'must be pruned')];
  const full = defaultValue(value, schema);
  return schemaCauses(full, schema, `${path}.default`);
}

/** Inside allOf, anyOf, oneOf and not a schema may only restrict what the outer schema declares. */
function combinationCauses(schema: SchemaNode, path: string): Cause[] {
  const groups: [string, SchemaNode][] = [];
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    (schema[key] ?? []).forEach((part, index) => groups.push([`${path}.${key}[${index}]`, part]));
  }
  if (schema.not !== undefined) groups.push([`${path}.not`, schema.not]);
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  return groups.flatMap(([at, part]) => restrictionCauses(part, at, isIntOrString));
}

function restrictionCauses(part: SchemaNode, path: string, isIntOrString: boolean): Cause[] {
  const causes: Cause[] = [];
  if ((part.type ?? '') !== '' && !isIntOrString)
    causes.push(forbidden(`${path}.type`, 'must be empty to be structural'));
  if (part.default !== undefined) causes.push(forbidden(`${path}.default`, 'must be undefined to be structural'));
  if (part.nullable === true) causes.push(forbidden(`${path}.nullable`, 'must be false to be structural'));
  if ((part.title ?? '') !== '') causes.push(forbidden(`${path}.title`, 'must be empty to be structural'));
  if ((part.description ?? '') !== '') causes.push(forbidden(`${path}.description`, 'must be empty to be structural'));
  causes.push(...patternCauses(part, path), ...combinationCauses(part, path));
  for (const [key, child] of Object.entries(part.properties ?? {})) {
    causes.push(...restrictionCauses(child, `${path}.properties[${key}]`, false));
  }
  if (part.items !== undefined) causes.push(...restrictionCauses(part.items, `${path}.items`, false));
  return causes;
}
