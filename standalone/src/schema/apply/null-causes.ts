import type { Cause, Json, SchemaNode } from '../kinds.ts';
import { typeInvalid } from '../structural/cause.ts';
import { isJsonObject, ownValue } from '../structural/json-value.ts';

/**
 * The nulls of a merged object that its schema does not allow and no default replaces.
 *
 * A null in an intent, and a map or list that the intent empties, stay in the object as null and are refused, where
 * every other write drops them.
 */
export function nullCauses(value: Json, schema: SchemaNode | undefined, path = ''): Cause[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => nullCauses(item, schema.items, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return Object.entries(value).flatMap(([key, child]) => {
    const node = ownValue(schema.properties, key) ?? values;
    const childPath = path === '' ? key : `${path}.${key}`;
    return child === null ? forbiddenNull(node, childPath) : nullCauses(child, node, childPath);
  });
}

function forbiddenNull(schema: SchemaNode | undefined, path: string): Cause[] {
  if (schema?.type === undefined || schema.nullable === true || schema.default !== undefined) return [];
  return [typeInvalid(path, 'null', `${path} in body must be of type ${schema.type}: "null"`)];
}
