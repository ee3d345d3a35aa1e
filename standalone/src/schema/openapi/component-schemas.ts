import type { CompiledKind, SchemaNode } from '../kinds.ts';
import { LIST_META_SCHEMA, OBJECT_META_SCHEMA } from '../metadata/object-meta-schema.ts';
import { componentName, groupVersionKind, META_PREFIX } from './component-names.ts';

/** A schema or a reference to one, with extensions, as it stands in a document. */
export type SchemaDocument = Record<string, unknown>;

/** Rewrites of a structural schema for one OpenAPI version. */
export interface SchemaDialect {
  /** `#/components/schemas/` or `#/definitions/`. */
  referencePrefix: string;
  /** A node without what the dialect cannot say. Children are handled by the caller. */
  node(schema: SchemaNode): SchemaDocument;
  /** Whether the dialect says what is in a node: its fields and items. */
  hasChildren(schema: SchemaNode): boolean;
  /** A reference that has a description of its own. */
  describedReference(description: string, reference: SchemaDocument): SchemaDocument;
}

/** Named schemas of the kinds given: each kind, its list, and the meta/v1 types. */
export function componentSchemas(
  kinds: readonly CompiledKind[],
  dialect: SchemaDialect,
): Record<string, SchemaDocument> {
  const schemas: Record<string, SchemaDocument> = {};
  for (const kind of kinds) {
    const name = componentName(kind);
    schemas[name] = kindSchema(kind, dialect);
    if (kind.verbs.includes('list')) schemas[`${name}List`] = listSchema(kind, dialect);
    for (const part of [kind.scale?.kind, kind.tokenKind]) {
      if (part !== undefined) schemas[componentName(part)] = kindSchema(part, dialect);
    }
    for (const part of namedParts(kind.versionSchema)) schemas[part.component ?? ''] = convertNamed(part, dialect);
  }
  return { ...schemas, ...metaSchemas(dialect) };
}

/** The nodes below one that have a name of their own; each once, although they may contain themselves. */
function namedParts(schema: SchemaNode, known = new Set<SchemaNode>()): Set<SchemaNode> {
  if (known.has(schema)) return known;
  if (schema.component !== undefined) known.add(schema);
  const { properties = {}, items, additionalProperties } = schema;
  const parts = [...Object.values(properties), items, additionalProperties];
  for (const part of parts) if (typeof part === 'object') namedParts(part, known);
  return known;
}

function reference(dialect: SchemaDialect, name: string): SchemaDocument {
  return { $ref: `${dialect.referencePrefix}${name}` };
}

function kindSchema(kind: CompiledKind, dialect: SchemaDialect): SchemaDocument {
  const document = convert(kind.versionSchema, dialect);
  const properties = (document['properties'] ?? {}) as Record<string, SchemaDocument>;
  const metadata = dialect.describedReference(
    'Name, labels and life of the object.',
    reference(dialect, `${META_PREFIX}ObjectMeta`),
  );
  return {
    ...document,
    properties: { ...properties, metadata },
    'x-kubernetes-group-version-kind': [groupVersionKind(kind)],
  };
}

function listSchema(kind: CompiledKind, dialect: SchemaDialect): SchemaDocument {
  const { listKind } = kind.resource;
  return {
    type: 'object',
    description: `A list of ${kind.resource.kind} objects.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of the API.' },
      kind: { type: 'string', description: `Always ${listKind}.` },
      metadata: dialect.describedReference('Where the list stands.', reference(dialect, `${META_PREFIX}ListMeta`)),
      items: { type: 'array', description: 'The objects.', items: reference(dialect, componentName(kind)) },
    },
    'x-kubernetes-group-version-kind': [{ ...groupVersionKind(kind), kind: listKind }],
  };
}

/** A structural schema in a dialect, children included; a node with a name becomes a reference. */
export function convert(schema: SchemaNode, dialect: SchemaDialect): SchemaDocument {
  return schema.component === undefined ? convertNamed(schema, dialect) : reference(dialect, schema.component);
}

function convertNamed({ component, ...schema }: SchemaNode, dialect: SchemaDialect): SchemaDocument {
  // What may be one of several things has a name and no more, as in kube-apiserver's documents.
  if (component !== undefined && schema.type === undefined) return { description: schema.description ?? '' };
  const document = dialect.node(schema);
  if (!dialect.hasChildren(schema)) return document;
  if (schema.properties !== undefined) {
    const implied = (document['properties'] ?? {}) as SchemaDocument;
    const own = Object.fromEntries(
      Object.entries(schema.properties).map(([key, child]) => [key, convert(child, dialect)]),
    );
    document['properties'] = { ...own, ...implied };
  }
  if (schema.items !== undefined) document['items'] = convert(schema.items, dialect);
  if (schema.additionalProperties === true) document['additionalProperties'] = true;
  else if (typeof schema.additionalProperties === 'object') {
    document['additionalProperties'] = convert(schema.additionalProperties, dialect);
  }
  return document;
}

const text = (description: string): SchemaNode => ({ type: 'string', description });

const STATUS: SchemaNode = {
  type: 'object',
  description: 'How a request ended, where it gives no object.',
  properties: {
    apiVersion: text('Version of the API.'),
    kind: text('Always Status.'),
    status: text('Success or Failure.'),
    message: text('What happened, for people.'),
    reason: text('Why, in one word for programs.'),
    code: { type: 'integer', format: 'int32', description: 'HTTP status.' },
    details: { type: 'object', description: 'What it is about.', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const DELETE_OPTIONS: SchemaNode = {
  type: 'object',
  description: 'How to delete.',
  properties: {
    apiVersion: text('Version of the API.'),
    kind: text('Always DeleteOptions.'),
    dryRun: { type: 'array', items: { type: 'string' }, description: 'All: check and do nothing.' },
    gracePeriodSeconds: { type: 'integer', format: 'int64', description: 'Seconds to end gracefully.' },
    orphanDependents: { type: 'boolean', description: 'Deprecated: use propagationPolicy.' },
    preconditions: {
      type: 'object',
      description: 'Delete only this object.',
      properties: { uid: text('Its UID.'), resourceVersion: text('Its version.') },
    },
    propagationPolicy: text('Orphan, Background or Foreground.'),
  },
};

const PATCH: SchemaNode = { type: 'object', description: 'A change of an object, in the form its content type names.' };

function metaSchemas(dialect: SchemaDialect): Record<string, SchemaDocument> {
  const version = { group: '', version: 'v1' };
  const metas: [string, SchemaNode, boolean][] = [
    ['ObjectMeta', OBJECT_META_SCHEMA, false],
    ['ListMeta', LIST_META_SCHEMA, false],
    ['Patch', PATCH, false],
    ['Status', STATUS, true],
    ['DeleteOptions', DELETE_OPTIONS, true],
  ];
  return Object.fromEntries(
    metas.map(([name, schema, isKind]) => {
      const extension = isKind ? { 'x-kubernetes-group-version-kind': [{ ...version, kind: name }] } : {};
      return [`${META_PREFIX}${name}`, { ...convert(schema, dialect), ...extension }];
    }),
  );
}
