import { CodedError } from '@nannyapi/process';
import jsonPatch from 'fast-json-patch';
import { assertDepth } from '../structural/depth.ts';
import { isJsonObject } from '../structural/json-value.ts';

/** One RFC 6902 operation. */
export type JsonPatchOperation = jsonPatch.Operation;

/** More operations than this are refused, as kube-apiserver does. */
const MAX_OPERATIONS = 10_000;

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * A copy of `target` after a JSON patch (RFC 6902). All or nothing.
 *
 * Throws CodedError: `BadRequest` (400) for a malformed patch or too many operations, `Invalid` (422) when the
 * patch is well-formed and does not fit the object (a failed test, a missing path); `__proto__` in a path is malformed.
 */
export function applyJsonPatch<T extends object>(target: T, operations: unknown): T {
  assertDepth(operations);
  if (!isOperationList(operations)) {
    throw new CodedError({
      code: 'BadRequest',
      status: 400,
      message: 'error decoding patch: json: cannot unmarshal into Go value of type jsonpatch.Patch',
    });
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new CodedError({
      code: 'RequestEntityTooLarge',
      status: 413,
      message: `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    });
  }
  try {
    return jsonPatch.applyPatch(structuredClone(target), structuredClone(operations), true).newDocument;
  } catch (error) {
    throw new CodedError({
      code: 'Invalid',
      status: 422,
      message: 'the server rejected our request due to an error in our request',
      details: [{ message: reasonOf(error) }],
      cause: error,
    });
  }
}

function isOperationList(value: unknown): value is JsonPatchOperation[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item) =>
        isJsonObject(item) &&
        typeof item['op'] === 'string' &&
        OPERATIONS.has(item['op']) &&
        isSafePointer(item['path']) &&
        isSafePointer(item['from'] ?? ''),
    )
  );
}

function isSafePointer(pointer: unknown): boolean {
  return typeof pointer === 'string' && !pointer.split('/').includes('__proto__');
}

/** The library prints the whole document below its first line. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
