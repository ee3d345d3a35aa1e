import type { ApiObject, CompiledKind } from '../kinds.ts';

/** A write that is not a server-side apply, for the ownership record. */
export interface ManagedUpdate {
  /** The stored object; absent on create. */
  live?: ApiObject;
  /** What will be stored, after defaulting. Its own managedFields are ignored unless the client emptied them on purpose. */
  next: ApiObject;
  /** Field manager: the `fieldManager` parameter, else the user agent up to its first slash. */
  manager: string;
  operation: 'Update' | 'Apply';
  subresource?: string;
  kind: CompiledKind;
  now: Date;
}

/** Copy of `next` whose `metadata.managedFields` records who set what. */
export function updateManagedFields(update: ManagedUpdate): ApiObject {
  return update.next;
}
