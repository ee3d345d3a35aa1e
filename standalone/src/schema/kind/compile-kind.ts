import { CodedError } from '@nannyapi/process';
import { ruleCauses } from '../cel/run-rules.ts';
import type { RuleTree } from '../cel/compile-rules.ts';
import type {
  ApiObject,
  Cause,
  CompiledKind,
  Json,
  JsonObject,
  KindResource,
  ObjectMeta,
  SchemaNode,
} from '../kinds.ts';
import { OBJECT_META_SCHEMA } from '../metadata/object-meta-schema.ts';
import { metadataCauses, metadataUpdateCauses } from '../metadata/validate-metadata.ts';
import { invalid } from '../structural/cause.ts';
import { defaultValue } from '../structural/default.ts';
import { decodeFault } from '../structural/decode-fault.ts';
import { assertDepth } from '../structural/depth.ts';
import { embeddedCauses, embeddedFault } from '../structural/embedded.ts';
import { listTypeCauses } from '../structural/list-types.ts';
import { pruneValue } from '../structural/prune.ts';
import { schemaCauses } from '../structural/validate.ts';
import type { TableMaker } from '../table/table.ts';
import { type StructShape, throughStruct } from './go-struct.ts';

/** What a kind is made of. */
export interface KindDefinition {
  resource: KindResource;
  isCustomResource: boolean;
  isStorageVersion: boolean;
  hasStatus: boolean;
  /** The scale subresource. */
  scale?: CompiledKind['scale'];
  /** The token subresource. */
  tokenKind?: CompiledKind;
  /** Warning that every request draws. */
  deprecation?: string | undefined;
  verbs: readonly string[];
  /** Schema of the whole object. What it says of metadata restricts names only; ObjectMeta is judged on its own. */
  schema: SchemaNode;
  /** What objects are judged by where that is less than `schema` says, which is then for pruning and OpenAPI alone. */
  judgedBy?: SchemaNode;
  rules: RuleTree | undefined;
  table: TableMaker;
  /** Selectable field path → its value as text. */
  selectable: ReadonlyMap<string, (object: ApiObject) => string>;
  nameErrors: (name: string) => string[];
  /** What tells the Go struct of a built-in kind from its schema; custom resources have none. */
  struct?: StructShape;
  /** Applied after defaulting: what a built-in kind derives from other fields. */
  canonicalize?: (object: ApiObject) => ApiObject;
  /** How the objects are kept where `resource.keptBy` names another resource. */
  conversion?: Pick<CompiledKind, 'fromStored' | 'toStored'>;
  /** Violations that the schema cannot say. */
  extraCauses?: (object: ApiObject, old: ApiObject | undefined) => Cause[];
}

/** Causes after which CEL rules are not run, since their types may not hold. */
const BLOCKING = new Set<Cause['reason']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Binds a definition to the functions that the HTTP layer calls. */
export function compileKind(definition: KindDefinition): CompiledKind {
  const { resource, isCustomResource, isStorageVersion, hasStatus, verbs, selectable, table } = definition;
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const versionSchema = withMetadata(definition.schema, OBJECT_META_SCHEMA);
  const prune = (object: ApiObject): { object: ApiObject; unknownFields: string[] } => {
    assertDepth(object);
    assertShape(definition, object, isCustomResource ? METADATA_ONLY : versionSchema);
    const { value, unknownFields } = pruneValue(object as unknown as Json, versionSchema);
    return { object: asStruct(value as unknown as ApiObject, versionSchema, definition.struct), unknownFields };
  };
  const fill = (object: ApiObject): ApiObject => {
    const filled = defaultValue(object as unknown as Json, versionSchema) as unknown as ApiObject;
    return definition.canonicalize?.(filled) ?? filled;
  };
  return {
    resource,
    isCustomResource,
    isStorageVersion,
    versionSchema,
    hasStatus,
    scale: definition.scale,
    tokenKind: definition.tokenKind,
    deprecation: definition.deprecation,
    verbs,
    ...(definition.conversion ?? versionInPlace(apiVersion)),
    emptyObject: definition.struct?.always ?? {},
    selectableFields: [...selectable.keys()],
    fieldValue: (object, path) => fieldValue(definition, object, path),
    prepareForCreate: (object) => fill(prune(object).object),
    prune,
    default: fill,
    validate: (object, old) => validate(definition, apiVersion, object, old),
    table,
  };
}

/** Versions of a kind differ in nothing but their name (conversion strategy None). */
function versionInPlace(apiVersion: string): Pick<CompiledKind, 'fromStored' | 'toStored'> {
  return {
    fromStored: (object) => {
      object.apiVersion = apiVersion;
      return object;
    },
    toStored: (object) => object,
  };
}

/** Metadata is a Go struct in every kind, the rest in built-in kinds only. */
function asStruct(object: ApiObject, schema: SchemaNode, struct: StructShape | undefined): ApiObject {
  const metadata = throughStruct(object.metadata as JsonObject, OBJECT_META_SCHEMA, META_STRUCT);
  const { metadata: _metadata, ...rest } = object;
  const body = struct === undefined ? rest : throughStruct(rest as JsonObject, schema, struct);
  return { ...body, metadata } as unknown as ApiObject;
}

const META_STRUCT: StructShape = {
  pointers: [
    'deletionGracePeriodSeconds',
    'ownerReferences.apiVersion',
    'ownerReferences.kind',
    'ownerReferences.name',
    'ownerReferences.uid',
    'ownerReferences.controller',
    'ownerReferences.blockOwnerDeletion',
    // What clients send in it is not stored, but an empty list clears the record.
    'managedFields',
  ],
};

function withMetadata(schema: SchemaNode, metadata: SchemaNode): SchemaNode {
  const properties: Record<string, SchemaNode> = {
    apiVersion: { type: 'string', description: 'Version of the API that this form of the object belongs to.' },
    kind: { type: 'string', description: 'Kind of the object.' },
    metadata,
  };
  const own = Object.entries(schema.properties ?? {}).filter(([key]) => !Object.hasOwn(properties, key));
  return { ...schema, properties: { ...properties, ...Object.fromEntries(own) } };
}

function fieldValue(definition: KindDefinition, object: ApiObject, path: string): string | undefined {
  if (path === 'metadata.name') return object.metadata.name ?? '';
  if (path === 'metadata.namespace') {
    return definition.resource.namespaced ? (object.metadata.namespace ?? '') : undefined;
  }
  return definition.selectable.get(path)?.(object);
}

/**
 * What Go could not decode is a bad request, not an invalid object: metadata of every kind, and the whole of a
 * built-in one. Throws CodedError `BadRequest`.
 */
function assertShape(definition: KindDefinition, object: ApiObject, shape: SchemaNode): void {
  const { resource, schema } = definition;
  const { kind, version } = resource;
  const fault = decodeFault(object, shape, kind) ?? embeddedFault(object, schema, kind);
  if (fault === undefined) return;
  const message = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${fault}`;
  throw new CodedError({ code: 'BadRequest', status: 400, message });
}

const METADATA_ONLY: SchemaNode = { type: 'object', properties: { metadata: OBJECT_META_SCHEMA } };

function validate(
  definition: KindDefinition,
  apiVersion: string,
  object: ApiObject,
  old: ApiObject | undefined,
): Cause[] {
  const typeCauses = typeMetaCauses(definition.resource.kind, apiVersion, object);
  if (typeCauses.length > 0) return typeCauses;
  const causes = [
    ...ownMetadataCauses(definition, object.metadata, old?.metadata),
    ...schemaCauses(object, definition.judgedBy ?? definition.schema, '', old),
    ...embeddedCauses(object, definition.schema, ''),
    // Built-in kinds say in words of their own what may not be there twice.
    ...(definition.isCustomResource ? newListTypeCauses(object, old, definition.schema) : []),
    ...(definition.extraCauses?.(object, old) ?? []),
  ];
  if (definition.rules === undefined) return causes;
  if (!causes.some(({ reason }) => BLOCKING.has(reason))) {
    return [...causes, ...ruleCauses(definition.rules, object, old)];
  }
  const words =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [...causes, invalid('<nil>', null, words)];
}

function ownMetadataCauses(definition: KindDefinition, metadata: ObjectMeta, old: ObjectMeta | undefined): Cause[] {
  const { namespaced } = definition.resource;
  const rules = {
    namespaced,
    nameErrors: (name: string) => definition.nameErrors(name),
    hasQualifiedFinalizers: definition.resource.group === '',
  };
  if (old === undefined) return metadataCauses(metadata, rules);
  // Built-in kinds take updates without a resource version; custom resources do not.
  const filled = definition.isCustomResource ? metadata : { resourceVersion: old.resourceVersion ?? '0', ...metadata };
  return metadataUpdateCauses(filled, old, rules);
}

function newListTypeCauses(object: ApiObject, old: ApiObject | undefined, schema: SchemaNode): Cause[] {
  const causes = listTypeCauses(object, schema, '');
  // Duplicates that are stored already do not stop other changes.
  if (causes.length > 0 && old !== undefined && listTypeCauses(old, schema, '').length > 0) return [];
  return causes;
}

function typeMetaCauses(kind: string, apiVersion: string, object: ApiObject): Cause[] {
  const causes: Cause[] = [];
  if (object.kind !== kind) causes.push(invalid('kind', object.kind ?? '', `must be ${kind}`));
  if (object.apiVersion !== apiVersion) {
    causes.push(invalid('apiVersion', object.apiVersion ?? '', `must be ${apiVersion}`));
  }
  return causes;
}
