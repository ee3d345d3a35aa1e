import type { Cause, SchemaNode } from '../kinds.ts';
import { invalid, notSupported, required } from '../structural/cause.ts';

/** Violations in the list-type and map-type extensions of a node. */
export function listSchemaCauses(schema: SchemaNode, path: string): Cause[] {
  return [...mapTypeCauses(schema, path), ...listTypeCauses(schema, path), ...mapKeyCauses(schema, path)];
}

function mapTypeCauses(schema: SchemaNode, path: string): Cause[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const causes: Cause[] = [];
  if (schema.type !== 'object') {
    causes.push(invalid(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-map-type is specified'));
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    causes.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  return causes;
}

function listTypeCauses(schema: SchemaNode, path: string): Cause[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return [];
  const causes: Cause[] = [];
  if (schema.type !== 'array') {
    causes.push(invalid(`${path}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'));
  }
  if (!['atomic', 'set', 'map'].includes(listType)) {
    causes.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (listType === 'set') causes.push(...setItemCauses(schema.items, `${path}.items`));
  return causes;
}

function setItemCauses(items: SchemaNode | undefined, path: string): Cause[] {
  const words = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items?.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic') {
    return [invalid(`${path}.x-kubernetes-list-type`, items['x-kubernetes-list-type'], words)];
  }
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalid(`${path}.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, words)];
  }
  return [];
}

function mapKeyCauses(schema: SchemaNode, path: string): Cause[] {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) return isMap ? [required(keysPath, 'must not be empty if x-kubernetes-list-type is map')] : [];
  if (!isMap) {
    return [required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty')];
  }
  const causes: Cause[] = [];
  const { items } = schema;
  if (items?.type !== 'object') {
    const words = "must be object if parent array's x-kubernetes-list-type is map";
    return [invalid(`${path}.items.type`, items?.type ?? '', words)];
  }
  if (!keys.every((key) => Object.hasOwn(items.properties ?? {}, key))) {
    causes.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
  }
  if (new Set(keys).size < keys.length) causes.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
  return [...causes, ...keys.flatMap((key) => keyPropertyCauses(items, key, `${path}.items.properties[${key}]`))];
}

function keyPropertyCauses(items: SchemaNode, key: string, path: string): Cause[] {
  const property = items.properties?.[key];
  if (property === undefined) return [];
  if (property.type === 'object' || property.type === 'array') {
    const words = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    return [invalid(`${path}.type`, property.type, words)];
  }
  if (property.default !== undefined || items.required?.includes(key) === true) return [];
  const words = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
  return [required(`${path}.default`, words)];
}
