import type { Json, SchemaNode } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { declaredField, fieldElement, fieldSchema, itemElement, shapeOf } from './field-elements.ts';
import { FieldSet, FieldSetBuilder } from './field-set.ts';

/** The paths that a value sets: its leaves, its list items, and the entries of maps. */
export function toFieldSet(value: Json, schema: SchemaNode | undefined): FieldSet {
  const builder = new FieldSetBuilder();
  collect(builder, value, schema, []);
  return builder.build();
}

function collect(builder: FieldSetBuilder, value: Json, schema: SchemaNode | undefined, path: readonly string[]): void {
  const shape = shapeOf(value, schema);
  if (shape === 'map' && isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const childPath = [...path, fieldElement(key)];
      collect(builder, child, fieldSchema(schema, key), childPath);
      const isBare = child === null || (isJsonObject(child) && Object.keys(child).length === 0);
      if (isBare || declaredField(schema, key) === undefined) builder.add(childPath);
    }
  } else if (Array.isArray(value) && shape !== 'atomic') {
    for (const item of value) {
      const itemPath = [...path, itemElement(item, schema)];
      if (shape === 'keyed') collect(builder, item, schema?.items, itemPath);
      builder.add(itemPath);
    }
  } else {
    builder.add(path);
  }
}

/**
 * The set with every declared field on the way to a path made a member of its own, so that a removal of all
 * below a field removes the field.
 */
export function withNamedFields(set: FieldSet, schema: SchemaNode | undefined): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const isField = element.startsWith('f:');
    const key = element.slice(2);
    if (isField && declaredField(schema, key) !== undefined) members.add(element);
    children.set(element, withNamedFields(child, isField ? fieldSchema(schema, key) : schema?.items));
  }
  return new FieldSet(members, children);
}
