import type { JsonObject } from '../kinds.ts';
import { assertDepth } from '../structural/depth.ts';
import { isJsonObject, ownValue, setOwn } from '../structural/json-value.ts';

function merge(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setOwn(result, key, merge(ownValue(result, key), value));
  }
  return result;
}

/**
 * A copy of `target` after a JSON merge patch (RFC 7386); shares unpatched parts with it.
 *
 * A key named `__proto__` is data like any other. Throws CodedError `BadRequest` for a patch that is nested too deep.
 */
export function applyMergePatch<T>(target: T, patch: unknown): T {
  assertDepth(patch);
  return merge(target, patch) as T;
}
