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
 * `$setElementOrder/x` says the order of what it names.
 * Throws CodedError `Unknown` (500) for a `$patch` that does not exist, `BadRequest` for nesting that is too deep.
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
    else {
      const order = ownValue(patch, `$setElementOrder/${key}`);
      setOwn(result, key, mergeValue(ownValue(base, key), value, fieldSchema(schema, key), order));
    }
  }
  return result;
}

function mergeValue(
  target: Json | undefined,
  patch: Json,
  schema: SchemaNode | undefined,
  order: Json | undefined,
): Json {
  if (isJsonObject(patch)) return mergeMap(target, patch, schema);
  const type = schema?.['x-kubernetes-list-type'];
  if (!Array.isArray(patch) || (type !== 'map' && type !== 'set')) return patch;
  const live = Array.isArray(target) ? target : [];
  return type === 'set' ? mergeSet(live, patch, order) : mergeKeyed(live, patch, schema, order);
}

function mergeSet(live: readonly Json[], patch: readonly Json[], order: Json | undefined): Json[] {
  const known = new Map([...live, ...patch].map((item) => [JSON.stringify(item), item]));
  const wanted = (Array.isArray(order) ? order : patch).map((item) => JSON.stringify(item));
  return inOrder(
    known,
    [...live].map((item) => JSON.stringify(item)),
    wanted,
  );
}

function mergeKeyed(
  live: readonly Json[],
  patch: readonly Json[],
  schema: SchemaNode | undefined,
  order: Json | undefined,
): Json[] {
  const isReplaced = patch.some((item) => isJsonObject(item) && directiveOf(item) === 'replace');
  const items = new Map((isReplaced ? [] : live).map((item) => [itemElement(item, schema), item]));
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const directive = directiveOf(item);
    const element = itemElement(item, schema);
    if (directive === 'delete') items.delete(element);
    else if (directive !== 'replace') items.set(element, mergeMap(items.get(element), item, schema?.items));
  }
  const elements = (list: readonly Json[]): string[] => list.map((item) => itemElement(item, schema));
  return inOrder(items, elements(live), elements(Array.isArray(order) ? order : patch));
}

/**
 * Merged items: those that the patch names (or `$setElementOrder`) in its order; each other one before the first of
 * them that stood behind it in the live list, as kube-apiserver interleaves the two.
 */
function inOrder(items: ReadonlyMap<string, Json>, live: readonly string[], wanted: readonly string[]): Json[] {
  const named = new Set(wanted);
  const right = [...named].filter((element) => items.has(element));
  const rest = [...items.keys()].filter((element) => !named.has(element));
  const result: string[] = [];
  for (const element of rest) {
    const place = live.indexOf(element);
    const next = right.findIndex((other) => live.indexOf(other) > place && live.includes(other));
    // Up to that one the named items come first; without one they all do.
    result.push(...right.splice(0, next < 0 ? right.length : next), element);
  }
  return [...result, ...right].map((element) => items.get(element) ?? null);
}

function directiveOf(patch: JsonObject): 'merge' | 'replace' | 'delete' {
  const directive = ownValue(patch, '$patch');
  if (typeof directive !== 'string') return 'merge';
  if (directive === 'replace' || directive === 'delete') return directive;
  throw new CodedError({ code: 'Unknown', status: 500, message: `unknown patch type: ${directive}` });
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
