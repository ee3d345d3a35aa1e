import type { Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, ownValue, setOwn } from './json-value.ts';

const TYPE_AND_META = new Set(['apiVersion', 'kind', 'metadata']);

/** Where the pruner is: its findings and the dotted path. */
interface PruneRun {
  unknownFields: string[];
}

/**
 * `value` without what the schema does not declare (structural pruning), and the paths of what went. Parts that lose
 * nothing are shared with `value`, so that later comparisons with what is stored end at once.
 * `x-kubernetes-preserve-unknown-fields` keeps undeclared fields of that node; declared ones below are pruned still.
 */
export function pruneValue(value: Json, schema: SchemaNode, path = ''): { value: Json; unknownFields: string[] } {
  // Nearly all objects are sound, which is told without building paths and copies.
  if (isDeclared(value, schema)) return { value, unknownFields: [] };
  const run: PruneRun = { unknownFields: [] };
  const pruned = pruneNode(run, value, schema, path);
  return { value: pruned, unknownFields: run.unknownFields.sort() };
}

function isDeclared(value: Json, schema: SchemaNode | undefined): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    if (isKeptWhole(schema)) return true;
    return value.every((item) => isDeclared(item, schema?.items));
  }
  return Object.entries(value).every(([key, child]) => {
    const rule = childRule(schema, key);
    return rule === 'keep' || (rule !== 'unknown' && isDeclared(child, rule));
  });
}

/** A list of which the schema says no more than that it stays. */
function isKeptWhole(schema: SchemaNode | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true && schema.items === undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function pruneNode(run: PruneRun, value: Json, schema: SchemaNode | undefined, path: string): Json {
  if (Array.isArray(value)) {
    if (isKeptWhole(schema)) return value;
    const items = value.map((item, index) => pruneNode(run, item, schema?.items, `${path}[${index}]`));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  return isJsonObject(value) ? pruneObject(run, value, schema, path) : value;
}

function pruneObject(run: PruneRun, value: JsonObject, schema: SchemaNode | undefined, path: string): JsonObject {
  const result: JsonObject = {};
  let isWhole = true;
  for (const [key, child] of Object.entries(value)) {
    const keyPath = join(path, key);
    const rule = childRule(schema, key);
    const kept = rule === 'keep' || rule === 'unknown' ? child : pruneNode(run, child, rule, keyPath);
    if (rule === 'unknown') run.unknownFields.push(keyPath);
    else setOwn(result, key, kept);
    isWhole &&= rule !== 'unknown' && kept === child;
  }
  return isWhole ? value : result;
}

const NOTHING: SchemaNode = {};

function childRule(schema: SchemaNode | undefined, key: string): SchemaNode | 'keep' | 'unknown' {
  if (schema === undefined) return 'unknown';
  const property = ownValue(schema.properties, key);
  if (property !== undefined) return property;
  if (schema['x-kubernetes-embedded-resource'] === true && TYPE_AND_META.has(key)) return 'keep';
  const additional = schema.additionalProperties;
  if (typeof additional === 'object') return additional;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'keep';
  // Any value may stand here, but nothing is declared within it.
  return additional === true ? NOTHING : 'unknown';
}
