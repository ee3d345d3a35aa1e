import type { Cause, SchemaNode } from '../kinds.ts';
import { forbidden, invalid, notSupported, required } from '../structural/cause.ts';

/** Violations in the list-type and map-type extensions of a node. */
export function listSchemaCauses(schema: SchemaNode, path: string): Cause[] {
  return [
    ...mapTypeCauses(schema, path),
    ...listTypeCauses(schema, path),
    ...mapKeyCauses(schema, path),
    ...mapListCauses(schema, path),
    ...itemCauses(schema, path),
  ];
}

/** A type that is left out is a required value, a wrong one an invalid value. */
function wrongType(path: string, type: string | undefined, words: string): Cause {
  return (type ?? '') === '' ? required(path, words) : invalid(path, type, words);
}

function mapTypeCauses(schema: SchemaNode, path: string): Cause[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const causes: Cause[] = [];
  if (schema.type !== 'object') {
    causes.push(wrongType(`${path}.type`, schema.type, 'must be object if x-kubernetes-map-type is specified'));
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
    causes.push(wrongType(`${path}.type`, schema.type, 'must be array if x-kubernetes-list-type is specified'));
  } else if (listType === 'set') causes.push(...setItemCauses(schema.items, `${path}.items`));
  if (!['atomic', 'set', 'map'].includes(listType)) {
    causes.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
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
  const listType = schema['x-kubernetes-list-type'];
  if ((schema['x-kubernetes-list-map-keys'] ?? []).length === 0 || listType === 'map') return [];
  const words = 'must be map if x-kubernetes-list-map-keys is non-empty';
  const at = `${path}.x-kubernetes-list-type`;
  return [listType === undefined ? required(at, words) : invalid(at, listType, words)];
}

function mapListCauses(schema: SchemaNode, path: string): Cause[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const { items } = schema;
  const causes: Cause[] = [];
  if (keys.length === 0) {
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (items === undefined) {
    return [...causes, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  }
  if (Array.isArray(items)) {
    return [
      ...causes,
      invalid(`${path}.items`, items, 'must only have a single schema if x-kubernetes-list-type is map'),
    ];
  }
  if (items.type === 'object') return [...causes, ...keyNameCauses(items, keys, path)];
  const words = "must be object if parent array's x-kubernetes-list-type is map";
  return [...causes, invalid(`${path}.items.type`, items.type ?? '', words)];
}

function keyNameCauses(items: SchemaNode, keys: readonly string[], path: string): Cause[] {
  const at = `${path}.x-kubernetes-list-map-keys`;
  return keys.flatMap((key, index) => {
    const causes: Cause[] = [];
    const property = Object.hasOwn(items.properties ?? {}, key) ? items.properties?.[key] : undefined;
    if (property === undefined) causes.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      const words = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.push(invalid(`${path}.items.properties[${key}].type`, property.type, words));
    }
    if (keys.indexOf(key) < index) causes.push(invalid(at, keys, 'must not contain duplicate entries'));
    return causes;
  });
}

/** Items of sets and maps are never null, and keys of maps are always there. */
function itemCauses(schema: SchemaNode, path: string): Cause[] {
  const listType = schema['x-kubernetes-list-type'];
  const { items } = schema;
  if (items === undefined || Array.isArray(items) || (listType !== 'set' && listType !== 'map')) return [];
  const causes: Cause[] = [];
  if (items.nullable === true) {
    causes.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType === 'set') return causes;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return [...causes, ...keys.flatMap((key) => keyPropertyCauses(items, key, `${path}.items.properties[${key}]`))];
}

function keyPropertyCauses(items: SchemaNode, key: string, path: string): Cause[] {
  const property = Object.hasOwn(items.properties ?? {}, key) ? items.properties?.[key] : undefined;
  if (property === undefined) return [];
  const words = 'this property is in x-kubernetes-list-map-keys, so it';
  const causes: Cause[] = [];
  if (property.default === undefined && items.required?.includes(key) !== true) {
    causes.push(required(`${path}.default`, `${words} must have a default or be a required property`));
  }
  if (property.nullable === true) causes.push(forbidden(`${path}.nullable`, `${words} cannot be nullable`));
  return causes;
}
