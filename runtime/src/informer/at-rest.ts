import type { KubeObject } from '../objects.ts';

/**
 * The object as many readers share it: without managedFields, its bulkiest field, and frozen, because one reader's
 * change would be everybody's.
 */
export function atRest<T extends KubeObject>(raw: T): T {
  if (!raw.metadata.managedFields) return deepFreeze(raw);
  const { managedFields: _, ...metadata } = raw.metadata;
  return deepFreeze({ ...raw, metadata });
}

/** Freezes a JSON value and all it holds, in place. What is frozen already is taken as frozen throughout. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
