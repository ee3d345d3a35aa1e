import { isDeepStrictEqual } from 'node:util';

/**
 * Dotted paths of what an exported value says and the present one does not.
 *
 * Fields that only the present one has are no difference: another version may have given them defaults, and what
 * somebody added is theirs. Lists count as a whole.
 */
export function missingIn(present: unknown, exported: unknown, path: string): string[] {
  if (!isMap(exported)) return isDeepStrictEqual(present, exported) ? [] : [path];
  if (!isMap(present)) return Object.keys(exported).length === 0 && present === undefined ? [] : [path];
  return Object.entries(exported).flatMap(([key, value]) => missingIn(present[key], value, `${path}.${key}`));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
