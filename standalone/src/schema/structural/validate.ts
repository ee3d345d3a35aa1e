import type { Cause, JsonObject, SchemaNode } from '../kinds.ts';
import { invalid, required, tooMany } from './cause.ts';
import { judgeCombinations } from './combinations.ts';
import { oldItem, oldProperty } from './correlate.ts';
import { isJsonObject, jsonEqual, ownValue } from './json-value.ts';
import { type Judgement, JudgementSum } from './judgement.ts';
import { numberCauses } from './number-checks.ts';
import { enumCauses, formatCauses, stringCauses, typeCauses } from './scalar-checks.ts';

/** A value on the way down. */
export interface Visit {
  value: unknown;
  schema: SchemaNode;
  path: string;
  /** Stored counterpart on an update: what equals it is not judged again (ratcheting). */
  old?: unknown;
}

/**
 * Violations of an OpenAPI v3 schema, in kube-apiserver's words and order. CEL rules, list-type duplicates, embedded
 * objects and metadata are judged elsewhere.
 */
export function schemaCauses(value: unknown, schema: SchemaNode, path: string, old?: unknown): Cause[] {
  return judge({ value, schema, path, old }).causes;
}

/** Judges a value by a schema. */
export function judge(visit: Visit): Judgement {
  const { value, schema, path, old } = visit;
  const sum = new JudgementSum();
  if (old !== undefined && jsonEqual(value, old)) return sum;
  const ofType = typeCauses(value, schema, path);
  const hasTypeCheck = schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true;
  sum.add(ofType);
  if (ofType.length === 0 && (hasTypeCheck || value === null)) sum.matches += 1;
  if (value === null) {
    sum.add(enumCauses(value, schema, path));
    return sum;
  }
  judgeCombinations(sum, visit);
  const ofContent = judgeContent(sum, visit);
  // One for each check that applies to the value (two for the alternatives), and one for the whole.
  sum.matches += 4 + Number(hasTypeCheck) + ofContent;
  return sum;
}

/** Checks what is particular to a type of value; returns how many of them applied. */
function judgeContent(sum: JudgementSum, visit: Visit): number {
  const { value, schema, path } = visit;
  const isObject = isJsonObject(value);
  if (typeof value === 'string') {
    sum.add(stringCauses(value, schema, path));
    sum.add(formatCauses(value, schema, path));
  } else if (typeof value === 'number') sum.add(numberCauses(value, schema, path));
  else if (Array.isArray(value)) judgeItems(sum, value, visit);
  sum.add(enumCauses(value, schema, path));
  if (isObject) judgeFields(sum, value, visit);
  if (typeof value === 'number' || Array.isArray(value)) return 2;
  return typeof value === 'string' || isObject ? 1 : 0;
}

function judgeItems(sum: JudgementSum, items: readonly unknown[], visit: Visit): void {
  const { schema, path, old } = visit;
  const { items: itemSchema, minItems, maxItems } = schema;
  if (itemSchema !== undefined) {
    items.forEach((value, index) => {
      sum.merge(judge({ value, schema: itemSchema, path: `${path}[${index}]`, old: oldItem(schema, old, value) }));
    });
  }
  if (minItems !== undefined && items.length < minItems) {
    sum.add([invalid(path, items.length, `${path} in body should have at least ${minItems} items`)]);
  }
  if (maxItems !== undefined && items.length > maxItems) sum.add([tooMany(path, items.length, maxItems)]);
}

function judgeFields(sum: JudgementSum, value: JsonObject, visit: Visit): void {
  const { schema, path, old } = visit;
  const { properties, additionalProperties } = schema;
  sum.add(sizeCauses(value, schema, path));
  const child = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, item] of Object.entries(value)) {
    const rule =
      ownValue(properties, key) ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (rule !== undefined) {
      sum.merge(judge({ value: item, schema: rule, path: child(key), old: oldProperty(old, key) }));
    } else if (additionalProperties === false) {
      sum.add([invalid(path, key, `${path}.${key} in body is a forbidden property`)]);
    }
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) sum.add([required(child(key))]);
  }
}

function sizeCauses(value: JsonObject, schema: SchemaNode, path: string): Cause[] {
  const size = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  const causes: Cause[] = [];
  if (minProperties !== undefined && size < minProperties) {
    causes.push(invalid(path, size, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && size > maxProperties) causes.push(tooMany(path, size, maxProperties));
  return causes;
}
