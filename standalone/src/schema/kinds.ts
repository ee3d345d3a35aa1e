/**
 * The vocabulary of the API machinery: what a served kind is and what its functions take and give.
 *
 * Everything in this folder is pure: plain JSON in, plain JSON out. No function changes its
 * arguments unless its comment says so.
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** One entry of `metadata.managedFields`, as in meta/v1. */
export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** RFC 3339, whole seconds. */
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  /** `status` for writes through that subresource, absent for the main resource. */
  subresource?: string;
}

/** The metadata the machinery itself reads; unknown keys are allowed until pruned. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/** A meta/v1 owner reference. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A whole Kubernetes object as it travels through the machinery. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** One cause of an Invalid status; the reasons are meta/v1 `CauseType` values. */
export interface Cause {
  reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound';
  /** Path such as `spec.actions[0].id` or `metadata.labels`. */
  field: string;
  /** Without the path, e.g. `Required value` or `Invalid value: 3: must be even`. */
  message: string;
}

/** What discovery says of one kind. `group` '' is the core group. */
export interface KindResource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  singular: string;
  listKind: string;
  shortNames: readonly string[];
  categories: readonly string[];
  /** The resource that keeps the objects, where this one is another view of them; else it keeps its own. */
  keptBy?: Pick<KindResource, 'group' | 'plural'>;
}

/** How much of each object a Table row carries. */
export type IncludeObject = 'Object' | 'Metadata' | 'None';

/** A column of a meta/v1 Table. */
export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0 is always shown, above 0 only in wide output. */
  priority: number;
}

/** A row of a meta/v1 Table. */
export interface TableRow {
  cells: Json[];
  object?: unknown;
}

/** A meta/v1 Table. The caller adds list metadata. */
export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  columnDefinitions: TableColumn[];
  rows: TableRow[];
}

/** Options of `CompiledKind.table`. */
export interface TableOptions {
  includeObject: IncludeObject;
  /** What ages are counted to. */
  now: Date;
}

/** An OpenAPI v3 schema with the `x-kubernetes-*` extensions that structural schemas use. */
export interface SchemaNode {
  /** Name under which OpenAPI documents define the node once and refer to it; a node that contains itself has one. */
  component?: string;
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  nullable?: boolean;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
  allOf?: SchemaNode[];
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  not?: SchemaNode;
  externalDocs?: { description?: string; url?: string };
  example?: Json;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'granular' | 'atomic';
  'x-kubernetes-validations'?: CelRule[];
}

/** One CEL rule of a schema node. */
export interface CelRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** One `additionalPrinterColumns` entry of a CRD. */
export interface PrinterColumn {
  name: string;
  type: 'integer' | 'number' | 'string' | 'boolean' | 'date';
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

/** The scale subresource of a kind: a part of its objects, read and written as an autoscaling/v1 Scale. */
export interface ScaleView {
  /** The kind Scale, of the scope of the scaled kind. */
  readonly kind: CompiledKind;
  /** Path such as `.spec.replicas`. */
  readonly specReplicasPath: string;
  /** True when the object says how many are wanted. */
  hasReplicas(object: ApiObject): boolean;
  /** The Scale of an object; zero where it says no number. */
  read(object: ApiObject): ApiObject;
  /** Copy of an object that wants so many. */
  withReplicas(object: ApiObject, replicas: number): ApiObject;
}

/** What a served kind can do for the HTTP layer. Made by `compileCrd` and `builtinKinds`. */
export interface CompiledKind {
  readonly resource: KindResource;
  /** True when the kind comes from a CRD: merge and JSON patches then refuse strategic merge patch. */
  readonly isCustomResource: boolean;
  /** True for the version whose form is stored. */
  readonly isStorageVersion: boolean;
  /** The whole object's schema, `apiVersion`, `kind` and `metadata` included, as in OpenAPI. */
  readonly versionSchema: SchemaNode;
  /** True when `/status` is served, so that the main resource ignores `status` and back. */
  readonly hasStatus: boolean;
  /** Set when `/scale` is served. */
  readonly scale?: ScaleView | undefined;
  /** Set when `/token` is served: the kind that it takes and gives. */
  readonly tokenKind?: CompiledKind | undefined;
  /** What every request for the version is warned of; undefined when it is not deprecated. */
  readonly deprecation: string | undefined;
  /** Verbs in the order discovery lists them. */
  readonly verbs: readonly string[];
  /** Field paths without leading dot that field selectors may name, besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Value of a selectable field as field selectors compare it; undefined for a field that may not be selected. */
  fieldValue(object: ApiObject, path: string): string | undefined;
  /** A stored object in the form of the kind. May change its argument; an object in that form already stays as it is. */
  fromStored(object: ApiObject): ApiObject;
  /** An object of the kind in the form of the resource that keeps it; metadata is shared with the argument. */
  toStored(object: ApiObject): ApiObject;
  /** What an object of the kind holds before anyone sets anything: fields that Go's structs always have. */
  readonly emptyObject: JsonObject;
  /** Pruned and defaulted copy. Generation, uid and the like are the server's. */
  prepareForCreate(object: ApiObject): ApiObject;
  /** Copy without undeclared fields, and their paths (`spec.foo`, `spec.list[0].bar`), sorted. */
  prune(object: ApiObject): { object: ApiObject; unknownFields: string[] };
  /** Copy with schema defaults filled in; nulls where a non-nullable field has a default are replaced. */
  default(object: ApiObject): ApiObject;
  /**
   * Every violation, worded like kube-apiserver's: metadata, schema, list types, CEL.
   * With `old` it is an update: transition rules run and unchanged parts are not judged again (ratcheting).
   */
  validate(object: ApiObject, old?: ApiObject): Cause[];
  /** A meta/v1 Table of the objects. */
  table(objects: readonly ApiObject[], options: TableOptions): Table;
}
