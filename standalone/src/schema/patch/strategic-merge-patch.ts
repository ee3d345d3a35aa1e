import { CodedError } from '@nannyapi/process';
import { itemElement, fieldSchema } from '../apply/field-elements.ts';
import type { CompiledKind, Json, JsonObject, SchemaNode } from '../kinds.ts';
import { isJsonObject, jsonEqual, ownValue, setOwn } from '../structural/json-value.ts';
import { assertDepth } from '../structural/depth.ts';

/**
 * A copy of `target` after a strategic merge patch: a merge patch in which lists of type map and set are merged by
 * key and by value.
 *
 * The directives `$patch` (replace, delete, merge), `$retainKeys` and `$deleteFromPrimitiveList/x` are obeyed.
 * `$setElementOrder/x` is read past: merged lists keep the stored order and append.
 * Throws CodedError `BadRequest` for a `$patch` that does not exist and for nesting that is too deep.
 */
export function applyStrategicMergePatch<T>(target: T, patch: JsonObject, kind: CompiledKind): T {
  assertDepth(patch);
  return mergeMap(target as Json, patch, kind.versionSchema) as T;
}

function mergeMap(target: Json | undefined, patch: JsonObject, schema: SchemaNode | undefined): Json {
  const directive = directiveOf(patch);
  if (directive === 'delete') return {};
  const retained = ownValue(patch, '$retainKeys');
  const base = directive === 'replace' || !isJsonObject(target) ? {} : retain(target, retained);
  const result: JsonObject = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) deleteFromList(result, key, value);
    else if (value === null) delete result[key];
    else setOwn(result, key, mergeValue(ownValue(base, key), value, fieldSchema(schema, key)));
  }
  return result;
}

function mergeValue(target: Json | undefined, patch: Json, schema: SchemaNode | undefined): Json {
  if (isJsonObject(patch)) return mergeMap(target, patch, schema);
  const type = schema?.['x-kubernetes-list-type'];
  if (!Array.isArray(patch) || (type !== 'map' && type !== 'set')) return patch;
  const live = Array.isArray(target) ? target : [];
  return type === 'set' ? mergeSet(live, patch) : mergeKeyed(live, patch, schema);
}

function mergeSet(live: readonly Json[], patch: readonly Json[]): Json[] {
  return [...live, ...patch.filter((item) => !live.some((known) => jsonEqual(known, item)))];
}

function mergeKeyed(live: readonly Json[], patch: readonly Json[], schema: SchemaNode | undefined): Json[] {
  const isReplaced = patch.some((item) => isJsonObject(item) && directiveOf(item) === 'replace');
  const items = new Map((isReplaced ? [] : live).map((item) => [itemElement(item, schema), item]));
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const directive = directiveOf(item);
    const element = itemElement(item, schema);
    if (directive === 'delete') items.delete(element);
    else if (directive !== 'replace') items.set(element, mergeMap(items.get(element), item, schema?.items));
  }
  return [...items.values()];
}

function directiveOf(patch: JsonObject): 'merge' | 'replace' | 'delete' {
  const directive = ownValue(patch, '$patch') ?? 'merge';
  if (directive === 'merge' || directive === 'replace' || directive === 'delete') return directive;
  const shown = JSON.stringify(directive);
  throw new CodedError({ code: 'BadRequest', status: 400, message: `unknown patch type: ${shown}` });
}

function retain(target: JsonObject, keys: Json | undefined): JsonObject {
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function deleteFromList(result: JsonObject, directive: string, values: Json): void {
  const [name, key] = directive.split('/');
  const list = key === undefined ? undefined : ownValue(result, key);
  if (name !== '$deleteFromPrimitiveList' || key === undefined || !Array.isArray(list) || !Array.isArray(values))
    return;
  setOwn(
    result,
    key,
    list.filter((item) => !values.some((value) => jsonEqual(value, item))),
  );
}
