import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, jsonEqual, ownValue } from '../structural/json-value.ts';
import { fieldElement, fieldSchema, itemElement, type NodeShape, shapeOf } from './field-elements.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';

/** What changed between two values. */
export interface Comparison {
  added: FieldSet;
  removed: FieldSet;
  modified: FieldSet;
}

interface Findings {
  added: FieldSetBuilder;
  removed: FieldSetBuilder;
  modified: FieldSetBuilder;
}

/** Two values at one path; undefined where there is none. */
interface Pair {
  before: Json | undefined;
  after: Json | undefined;
  schema: SchemaNode | undefined;
  path: readonly string[];
}

/** Paths that were added, removed or modified, by the granularity of the schema. */
export function compareValues(before: Json | undefined, after: Json | undefined, schema: SchemaNode): Comparison {
  const findings = { added: new FieldSetBuilder(), removed: new FieldSetBuilder(), modified: new FieldSetBuilder() };
  comparePair(findings, { before, after, schema, path: [] });
  return { added: findings.added.build(), removed: findings.removed.build(), modified: findings.modified.build() };
}

function comparePair(findings: Findings, pair: Pair): void {
  const { before, after, schema, path } = pair;
  // Neither is there, or both are one object that nobody touched.
  if (before === after) return;
  if (before === undefined) findings.added.add(path);
  else if (after === undefined) findings.removed.add(path);
  if (!isCompound(before) && !isCompound(after)) {
    if (before !== undefined && after !== undefined) findings.modified.add(path);
    return;
  }
  const shapes = shapesOf([before, after], schema);
  if (shapes.has('atomic') || shapes.size > 1 || (isBare(before) && isBare(after))) {
    if (before !== undefined && after !== undefined && !jsonEqual(before, after)) findings.modified.add(path);
    // A change of form also adds or removes what is below.
    if (shapes.size > 1) compareParts(findings, { ...pair, before: partsOf(before), after: partsOf(after) });
    return;
  }
  compareParts(findings, pair);
}

/** False for what has no parts, and for what is not there. */
function isCompound(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

/** True for null and for what has no entries: such values are compared as a whole. */
function isBare(value: Json | undefined): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** The shapes of two values; null takes the shape of the other, as if it were empty. */
function shapesOf(values: readonly (Json | undefined)[], schema: SchemaNode | undefined): Set<NodeShape> {
  const present = values.filter((value) => value !== undefined && value !== null);
  return new Set(present.length === 0 ? ['atomic'] : present.map((value) => shapeOf(value, schema)));
}

function partsOf(value: Json | undefined): Json | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

function compareParts(findings: Findings, pair: Pair): void {
  const { before, after, schema, path } = pair;
  if (isJsonObject(before) || isJsonObject(after)) {
    const [left, right]: [JsonObject, JsonObject] = [
      isJsonObject(before) ? before : {},
      isJsonObject(after) ? after : {},
    ];
    if (shapeOf(isJsonObject(after) ? after : before, schema) === 'atomic') return;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const child = { before: ownValue(left, key), after: ownValue(right, key), schema: fieldSchema(schema, key) };
      comparePair(findings, { ...child, path: [...path, fieldElement(key)] });
    }
    return;
  }
  if (shapeOf(Array.isArray(after) ? after : before, schema) === 'atomic') return;
  const [left, right] = [itemsByElement(before, schema), itemsByElement(after, schema)];
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const child = { before: left.get(element), after: right.get(element), schema: schema?.items };
    comparePair(findings, { ...child, path: [...path, element] });
  }
}

/** List items by element; of duplicates the first counts. */
export function itemsByElement(list: Json | undefined, schema: SchemaNode | undefined): Map<string, Json> {
  const items = new Map<string, Json>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = itemElement(item, schema);
    if (!items.has(element)) items.set(element, item);
  }
  return items;
}
