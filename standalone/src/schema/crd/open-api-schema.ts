import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid, notSupported } from '../structural/cause.ts';
import { listSchemaCauses } from './list-schema.ts';
import { ruleShapeCauses } from './rule-shape.ts';
import { type SchemaChild, schemaChildren } from './schema-children.ts';

/** What the surroundings of a node forbid in it. */
interface Surroundings {
  isRoot: boolean;
  /** Inside apiVersion, kind or metadata of a resource. */
  isMeta: boolean;
  /** Why no default may stand here; undefined where one may. */
  noDefaults: string | undefined;
}

/** Violations in the words of a schema, wherever they stand; that it is structural is judged elsewhere. */
export function openApiCauses(schema: SchemaNode, path: string): Cause[] {
  return nodeCauses(schema, path, { isRoot: true, isMeta: false, noDefaults: undefined });
}

function nodeCauses(schema: SchemaNode, path: string, at: Surroundings): Cause[] {
  return [
    ...wordCauses(schema, path, at),
    ...mapCauses(schema, path),
    ...schemaChildren(schema, path).flatMap((child) => nodeCauses(child.node, child.path, within(schema, child, at))),
    ...listSchemaCauses(schema, path),
    ...ruleShapeCauses(schema, path),
  ];
}

const META_FIELDS = new Set(['metadata', 'kind', 'apiVersion']);

function within(schema: SchemaNode, child: SchemaChild, at: Surroundings): Surroundings {
  const inherited = { ...at, isRoot: false };
  if (child.role === 'additional' && at.isMeta) {
    return { ...inherited, noDefaults: 'inside additionalProperties applying to object metadata' };
  }
  const isResource = at.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  if (child.role !== 'property' || !isResource || !META_FIELDS.has(child.key ?? '')) return inherited;
  return { isRoot: false, isMeta: true, noDefaults: at.isRoot ? `in top-level ${child.key}` : at.noDefaults };
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

function wordCauses(schema: SchemaNode, path: string, at: Surroundings): Cause[] {
  const { type = '' } = schema;
  const causes: Cause[] = [];
  if (type !== '' && !TYPES.includes(type)) causes.push(notSupported(`${path}.type`, type, TYPES));
  if (schema.default !== undefined && at.noDefaults !== undefined) {
    causes.push(forbidden(`${path}.default`, `must not be set ${at.noDefaults}`));
  }
  const unsupported = UNSUPPORTED.filter((word) => Object.hasOwn(schema, word));
  causes.push(...unsupported.map((word) => forbidden(`${path}.${word}`, `${word} is not supported`)));
  if (type === 'null') {
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  }
  if (Array.isArray(schema.items)) {
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (at.isMeta && schema['x-kubernetes-embedded-resource'] === true) {
    causes.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  }
  if (schema.uniqueItems === true) {
    const words = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.push(forbidden(`${path}.uniqueItems`, words));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    causes.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  return causes;
}

function mapCauses(schema: SchemaNode, path: string): Cause[] {
  const { additionalProperties: additional, properties = {} } = schema;
  if (additional === undefined || additional === true || Object.keys(properties).length === 0) return [];
  return [forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')];
}
