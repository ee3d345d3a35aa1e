import { OBJECT_META_SCHEMA } from '../metadata/object-meta-schema.ts';
import { dns1035LabelErrors } from '../metadata/names.ts';
import { metadataCauses } from '../metadata/validate-metadata.ts';
import type { Cause, JsonObject, ObjectMeta, SchemaNode } from '../kinds.ts';
import { anywhere } from './anywhere.ts';
import { invalid, required } from './cause.ts';
import { decodeFault } from './decode-fault.ts';
import { isJsonObject, ownValue } from './json-value.ts';

const hasEmbedded = anywhere((node) => node['x-kubernetes-embedded-resource'] === true);

/**
 * Violations in apiVersion, kind and metadata of objects embedded in a value (`x-kubernetes-embedded-resource`).
 * The root of a custom resource is not looked at: that is the server's own.
 */
export function embeddedCauses(value: unknown, schema: SchemaNode | undefined, path: string): Cause[] {
  if (schema === undefined || !hasEmbedded(schema)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => embeddedCauses(item, schema.items, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  const causes = schema['x-kubernetes-embedded-resource'] === true ? resourceCauses(value, path) : [];
  const { properties, additionalProperties: additional } = schema;
  for (const [key, child] of Object.entries(value)) {
    const property = ownValue(properties, key);
    if (property !== undefined) causes.push(...embeddedCauses(child, property, path === '' ? key : `${path}.${key}`));
    else if (typeof additional === 'object') causes.push(...embeddedCauses(child, additional, `${path}[${key}]`));
  }
  return causes;
}

/**
 * Why an embedded object cannot be read as one, undefined when all can: its apiVersion and kind must be strings, its
 * metadata of ObjectMeta's types. kube-apiserver finds this while it decodes, so it is a bad request.
 */
export function embeddedFault(value: unknown, schema: SchemaNode | undefined, path: string): string | undefined {
  if (schema === undefined || typeof value !== 'object' || value === null || !hasEmbedded(schema)) return undefined;
  const own =
    isJsonObject(value) && schema['x-kubernetes-embedded-resource'] === true ? typeFault(value, path) : undefined;
  if (own !== undefined) return own;
  const { properties, items, additionalProperties: additional } = schema;
  const rest = typeof additional === 'object' ? additional : undefined;
  for (const [key, child] of Object.entries(value)) {
    const below = Array.isArray(value) ? items : (ownValue(properties, key) ?? rest);
    const fault = embeddedFault(child, below, `${path}.${key}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function typeFault({ apiVersion, kind, metadata }: JsonObject, path: string): string | undefined {
  for (const [key, value] of Object.entries({ apiVersion, kind })) {
    if (value !== undefined && typeof value !== 'string') return `${path}.${key}: Invalid value: must be a string`;
  }
  return decodeFault(metadata, OBJECT_META_SCHEMA, `${path}.metadata`);
}

function resourceCauses(value: JsonObject, path: string): Cause[] {
  const { apiVersion, kind, metadata } = value;
  const causes: Cause[] = [];
  const isReadable = metadata === undefined || decodeFault(metadata, OBJECT_META_SCHEMA, '') === undefined;
  if (!isReadable) return [invalid(`${path}.metadata`, metadata, 'must be an object of the types of ObjectMeta')];
  if (apiVersion === undefined) causes.push(required(`${path}.apiVersion`));
  if (kind === undefined) causes.push(required(`${path}.kind`));
  if (apiVersion !== undefined) causes.push(...apiVersionCauses(apiVersion, `${path}.apiVersion`));
  if (kind !== undefined) causes.push(...kindCauses(kind, `${path}.kind`));
  if (metadata !== undefined) causes.push(...metaCauses(metadata, `${path}.metadata`));
  return causes;
}

function apiVersionCauses(apiVersion: unknown, path: string): Cause[] {
  if (typeof apiVersion !== 'string') return [invalid(path, apiVersion, 'must be a string')];
  if (apiVersion === '') return [invalid(path, apiVersion, 'must not be empty')];
  const isGroupVersion = apiVersion.split('/').length <= 2;
  return isGroupVersion ? [] : [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
}

function kindCauses(kind: unknown, path: string): Cause[] {
  if (typeof kind !== 'string') return [invalid(path, kind, 'must be a string')];
  if (kind === '') return [invalid(path, kind, 'must not be empty')];
  const errors = dns1035LabelErrors(kind.toLowerCase());
  const words = `may have mixed case, but should otherwise match: ${errors.join(',')}`;
  return errors.length === 0 ? [] : [invalid(path, kind, words)];
}

function metaCauses(metadata: unknown, path: string): Cause[] {
  const meta = metadata as ObjectMeta;
  const named = (meta.name ?? '') === '' ? { ...meta, name: 'fakename' } : meta;
  const rules = { namespaced: (meta.namespace ?? '') !== '', nameErrors: pathSegmentErrors };
  return metadataCauses(named, rules).map((cause) => ({ ...cause, field: cause.field.replace('metadata', path) }));
}

function pathSegmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}
