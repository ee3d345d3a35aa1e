import { USER_CODE_LABEL } from '@nannyapi/crds';

/**
 * An object without the hashes of secrets, at any depth.
 *
 * No hash of ours can be turned around, but none is of use to a reader either; and a filter by name cannot forget the one
 * that comes next year.
 */
export function withoutHashes<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutHashes) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !key.endsWith('Hash') && key !== USER_CODE_LABEL);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutHashes(inner)])) as T;
}
