import type { KubeObject } from '../objects.ts';
import type { StringPool } from './string-pool.ts';

/**
 * The object as many readers share it: without managedFields, its bulkiest field, and frozen throughout, because one
 * reader's change would be everybody's.
 *
 * @param raw the caller's own: it and its parts are frozen in place, its strings replaced by equal ones of the pool.
 */
export function atRest<T extends KubeObject>(raw: T, pool?: StringPool): T {
  if (Object.isFrozen(raw) && !raw.metadata.managedFields) return raw;
  return freeze(withoutManagedFields(raw), pool);
}

/** A copy, for an object from which a property was deleted takes twice the memory. */
function withoutManagedFields<T extends KubeObject>(raw: T): T {
  if (!raw.metadata.managedFields) return raw;
  const { managedFields: _, ...metadata } = raw.metadata;
  return { ...raw, metadata };
}

/** Freezes a JSON value and all it holds, in place. What is frozen already is taken as frozen throughout. */
function freeze<T extends object>(value: T, pool: StringPool | undefined): T {
  const parts = value as Record<string, unknown>;
  for (const name in parts) {
    const part = parts[name];
    if (typeof part === 'string') {
      if (pool) parts[name] = pool.share(part);
    } else if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) {
      freeze(part, pool);
    }
  }
  return Object.freeze(value);
}
