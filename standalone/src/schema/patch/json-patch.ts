import jsonPatch from 'fast-json-patch';

/** One RFC 6902 operation. */
export type JsonPatchOperation = jsonPatch.Operation;

/** A copy of `target` after a JSON patch (RFC 6902). */
export function applyJsonPatch<T extends object>(target: T, operations: unknown): T {
  return jsonPatch.applyPatch(structuredClone(target), operations as JsonPatchOperation[], true).newDocument;
}
