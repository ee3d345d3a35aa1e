import type { Json, JsonObject } from '../kinds.ts';

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value) as Json;
  }
  return result;
}

/**
 * A copy of `target` after a JSON merge patch (RFC 7386); shares unpatched parts with it.
 *
 * Strategic merge patches of core kinds are served by this function too: the kinds served here are used with
 * maps mostly, so merging lists by key is not offered, a list in the patch replaces the stored one.
 * A key named `__proto__` is ignored.
 */
export function applyMergePatch<T>(target: T, patch: unknown): T {
  return merge(target, patch) as T;
}
