/** The object without the bookkeeping of field managers, which no client of ours reads. */
export function withoutManagedFields<T extends { metadata: { managedFields?: unknown[] } }>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
