import { isDeepStrictEqual } from 'node:util';

/**
 * The RFC 7386 merge patch that turns one JSON object into another; `undefined` when they are equal.
 *
 * Lists are replaced whole, for a merge patch knows no other way. A key that is gone, or is
 * `undefined`, becomes `null`.
 */
export function mergePatchBetween(current: object | undefined, desired: object): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  const from: Record<string, unknown> = { ...current };
  const to: Record<string, unknown> = { ...desired };
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = changeOf(from[key], to[key]);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** The patch value of one key; `undefined` leaves it alone. */
function changeOf(from: unknown, to: unknown): unknown {
  if (to === undefined || to === null) return from === undefined || from === null ? undefined : null;
  if (isObject(from) && isObject(to)) return mergePatchBetween(from, to);
  // An empty object is a value too: as a patch of nothing it still creates the key.
  if (isObject(to)) return mergePatchBetween({}, to) ?? {};
  return isDeepStrictEqual(from, to) ? undefined : to;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
