import { CodedError } from '@nannyapi/process';
import type { Json, JsonObject } from '../kinds.ts';
import { assertDepth } from '../structural/depth.ts';
import { isJsonObject, jsonEqual, ownValue, setOwn } from '../structural/json-value.ts';
import { goJsonType } from './go-json-type.ts';

/** More operations than this are refused, as kube-apiserver does. */
const MAX_OPERATIONS = 10_000;

/** Fields of an operation and what they must be. */
const TEXT_FIELDS = ['op', 'path', 'from'] as const;

/**
 * A copy of `target` after a JSON patch (RFC 6902), as lenient as kube-apiserver's: a missing `value` is null, `replace`
 * of a missing key adds it, a negative index counts from the end, and null in place of the list changes nothing.
 * All or nothing.
 *
 * Throws CodedError: `BadRequest` (400) for what is not a list of operations, `RequestEntityTooLarge` (413) for too
 * many, `Invalid` (422) when the patch does not fit the object (a failed test, a missing path, an unknown operation).
 */
export function applyJsonPatch<T extends object>(target: T, operations: unknown): T {
  assertDepth(operations);
  assertOperations(operations);
  const list = operations ?? [];
  if (list.length > MAX_OPERATIONS) {
    throw new CodedError({
      code: 'RequestEntityTooLarge',
      status: 413,
      message: `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${list.length}`,
    });
  }
  const root: { document: Json } = { document: structuredClone(target) as unknown as Json };
  for (const operation of list) perform(root, operation ?? {});
  return root.document as unknown as T;
}

/** Paths of the fields of a patch that no operation has (`[0].extra`), for warnings. */
export function unknownPatchFields(operations: unknown): string[] {
  if (!Array.isArray(operations)) return [];
  const known = new Set<string>([...TEXT_FIELDS, 'value']);
  return operations.flatMap((operation, index) =>
    isJsonObject(operation)
      ? Object.keys(operation)
          .filter((key) => !known.has(key))
          .map((key) => `[${index}].${key}`)
      : [],
  );
}

function assertOperations(value: unknown): asserts value is (JsonObject | null)[] | null {
  if (value === null) return;
  if (!Array.isArray(value)) throw undecodable(value, 'handlers.jsonPatchOp', 'Go value of type []');
  for (const operation of value) {
    if (operation === null) continue;
    if (!isJsonObject(operation)) throw undecodable(operation, 'handlers.jsonPatchOp', 'Go value of type ');
    for (const field of TEXT_FIELDS) {
      const text = operation[field] ?? '';
      if (typeof text !== 'string') throw undecodable(text, 'string', `Go struct field jsonPatchOp.${field} of type `);
    }
  }
}

function undecodable(value: unknown, type: string, into: string): CodedError {
  const message = `error decoding patch: json: cannot unmarshal ${goJsonType(value)} into ${into}${type}`;
  return new CodedError({ code: 'BadRequest', status: 400, message });
}

/** Go's client sees no more than this of why a patch does not fit; the reason stays in `cause`. */
function misfit(why: string): CodedError {
  return new CodedError({
    code: 'Invalid',
    status: 422,
    message: 'the server rejected our request due to an error in our request',
    cause: new Error(why),
  });
}

function perform(root: { document: Json }, operation: JsonObject): void {
  const value = operation['value'] ?? null;
  const op = operation['op'];
  switch (typeof op === 'string' ? op : '') {
    case 'add':
      add(at(root, operation['path']), structuredClone(value));
      return;
    case 'remove':
      remove(at(root, operation['path']));
      return;
    case 'replace':
      replace(root, operation['path'], structuredClone(value));
      return;
    case 'move': {
      const from = at(root, operation['from']);
      const moved = get(from) ?? null;
      remove(from);
      add(at(root, operation['path']), moved);
      return;
    }
    case 'copy':
      add(at(root, operation['path']), structuredClone(get(at(root, operation['from'])) ?? null));
      return;
    case 'test':
      test(root, operation['path'], value);
      return;
    default:
      throw misfit(`unexpected kind: ${JSON.stringify(op)}`);
  }
}

/** A member of an object or a place in a list. */
interface Place {
  container: JsonObject | Json[];
  key: string;
}

/** The place that a JSON pointer (RFC 6901) names; its container must exist. */
function at(root: { document: Json }, pointer: Json | undefined): Place {
  if (typeof pointer !== 'string') throw misfit('the path is missing');
  const [, ...parts] = pointer.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = parts.pop();
  if (key === undefined) throw misfit(`there is no place ${pointer}`);
  let container: Json | undefined = root.document;
  for (const part of parts) container = isContainer(container) ? get({ container, key: part }) : undefined;
  if (!isContainer(container)) throw misfit(`the document is missing ${pointer}`);
  return { container, key };
}

function isContainer(value: Json | undefined): value is JsonObject | Json[] {
  return typeof value === 'object' && value !== null;
}

function get({ container, key }: Place): Json | undefined {
  return Array.isArray(container) ? container[indexOf(key, container.length)] : ownValue(container, key);
}

function add({ container, key }: Place, value: Json): void {
  if (!Array.isArray(container)) setOwn(container, key, value);
  else container.splice(key === '-' ? container.length : indexOf(key, container.length + 1), 0, value);
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(indexOf(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw misfit(`there is nothing to remove at ${key}`);
}

function replace(root: { document: Json }, pointer: Json | undefined, value: Json): void {
  if (pointer === '') {
    if (!isContainer(value)) throw misfit('only an object or a list can replace the document');
    root.document = value;
    return;
  }
  const { container, key } = at(root, pointer);
  if (Array.isArray(container)) container[indexOf(key, container.length)] = value;
  else setOwn(container, key, value);
}

function test(root: { document: Json }, pointer: Json | undefined, wanted: Json): void {
  const found = pointer === '' ? root.document : (get(at(root, pointer)) ?? null);
  if (!jsonEqual(found, wanted)) throw misfit(`testing value ${JSON.stringify(pointer)} failed`);
}

/** Index in a list of `length` places; a negative one counts from the end. */
function indexOf(key: string, length: number): number {
  const index = /^[-+]?\d+$/.test(key) ? Number(key) : Number.NaN;
  const counted = index < 0 ? index + length : index;
  if (!(counted >= 0 && counted < length)) throw misfit(`there is no index ${key}`);
  return counted;
}
