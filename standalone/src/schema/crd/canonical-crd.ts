import type { ApiObject, Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from '../structural/json-value.ts';
import { JSON_SCHEMA_PROPS } from './json-schema-props.ts';

/** Fields whose empty value is written all the same: Go structs have them without `omitempty`. */
const ALWAYS_WRITTEN = new Set(['served', 'storage', 'strategy', 'rule', 'jsonPath', 'conversionReviewVersions']);
/** Pointers in Go's structs: an empty value in them is a value. */
const POINTERS = new Set([
  'deprecationWarning',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'reason',
  'optionalOldSelf',
  'labelSelectorPath',
  '$ref',
  'additionalProperties',
  'additionalItems',
]);
const NUMBERS = new Set(['integer', 'number']);

/**
 * A CRD as kube-apiserver keeps it after decoding and encoding: nulls and empty values of optional fields are gone,
 * booleans that are always written are there, and names, conversion and stored versions are filled in.
 */
export function canonicalCrd(crd: ApiObject): ApiObject {
  const sentSpec = isJsonObject(crd['spec']) ? crd['spec'] : {};
  const { names, conversion, versions, preserveUnknownFields, ...rest } = sentSpec;
  const spec: JsonObject = {
    ...rest,
    names: withDefaultNames(isJsonObject(names) ? names : {}),
    versions: Array.isArray(versions) ? versions.map(canonicalVersion) : [],
    ...(preserveUnknownFields === true ? { preserveUnknownFields } : {}),
    conversion: isJsonObject(conversion) ? conversion : { strategy: 'None' },
  };
  return { ...crd, spec };
}

function withDefaultNames(names: JsonObject): JsonObject {
  const { shortNames, categories, ...rest } = names;
  const kind = typeof names['kind'] === 'string' ? names['kind'] : '';
  const filled: JsonObject = { ...rest, kind, plural: names['plural'] ?? '' };
  if (isEmpty(names['singular'])) filled['singular'] = kind.toLowerCase();
  if (isEmpty(names['listKind']) && kind !== '') filled['listKind'] = `${kind}List`;
  if (!isEmpty(shortNames)) filled['shortNames'] = shortNames ?? null;
  if (!isEmpty(categories)) filled['categories'] = categories ?? null;
  return filled;
}

function canonicalVersion(version: Json): Json {
  if (!isJsonObject(version)) return version;
  const { schema, deprecated, additionalPrinterColumns, selectableFields, ...rest } = version;
  const result: JsonObject = {
    ...rest,
    name: version['name'] ?? '',
    served: version['served'] ?? false,
    storage: version['storage'] ?? false,
  };
  if (deprecated === true) result['deprecated'] = true;
  if (isJsonObject(schema)) result['schema'] = canonicalValidation(schema);
  if (!isEmpty(selectableFields)) result['selectableFields'] = selectableFields ?? null;
  if (Array.isArray(additionalPrinterColumns) && additionalPrinterColumns.length > 0) {
    result['additionalPrinterColumns'] = additionalPrinterColumns.map(canonicalColumn);
  }
  return result;
}

function canonicalColumn(column: Json): Json {
  if (!isJsonObject(column)) return column;
  const { format, description, priority, ...rest } = column;
  return {
    ...rest,
    ...(isEmpty(format) ? {} : { format: format ?? null }),
    ...(isEmpty(description) ? {} : { description: description ?? null }),
    ...(isEmpty(priority) || priority === 0 ? {} : { priority: priority ?? null }),
  };
}

function canonicalValidation(schema: JsonObject): JsonObject {
  const root = schema['openAPIV3Schema'];
  if (!isJsonObject(root)) return {};
  return { ...schema, openAPIV3Schema: canonicalNode(root, JSON_SCHEMA_PROPS) };
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === false || value === '' || isEmptyCollection(value);
}

function isEmptyCollection(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

/** A part of a schema without the empty values that Go's encoder leaves out. Defaults, examples and enums are data. */
function canonicalNode(value: Json, node: SchemaNode | undefined): Json {
  if (node === undefined || node['x-kubernetes-preserve-unknown-fields'] === true) return value;
  if (Array.isArray(value)) return value.map((item) => canonicalNode(item, node.items));
  if (!isJsonObject(value)) return value;
  const { additionalProperties: entries } = node;
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const schema = typeof entries === 'object' ? entries : ownValue(node.properties, key);
    const isKept = typeof entries === 'object' || isWritten(key, child, schema);
    if (isKept) setOwn(result, key, canonicalNode(child, schema));
  }
  return result;
}

function isWritten(key: string, value: Json, schema: SchemaNode | undefined): boolean {
  if (value === null) return false;
  if (ALWAYS_WRITTEN.has(key) || POINTERS.has(key) || NUMBERS.has(schema?.type ?? '')) return true;
  if (schema?.['x-kubernetes-preserve-unknown-fields'] === true) return true;
  // A schema within a schema is a pointer too, so an empty one is a value.
  const isSchema = schema?.component !== undefined || (schema?.type === undefined && isJsonObject(value));
  return isSchema || !isEmpty(value);
}
