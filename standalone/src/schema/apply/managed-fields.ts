import type { ApiObject, CompiledKind, Json, ManagedFieldsEntry } from '../kinds.ts';
import { type Comparison, compareValues } from './compare.ts';
import { FieldSet } from './field-set.ts';
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  managerKey,
  type Managers,
  ownable,
  wholeSeconds,
} from './managers.ts';

/** A write that is not a server-side apply, for the ownership record. */
export interface ManagedUpdate {
  /** The stored object; absent on create. */
  live?: ApiObject;
  /** What will be stored, after defaulting. Its managedFields win over the stored ones, so that clients can edit them. */
  next: ApiObject;
  /** Field manager: the `fieldManager` parameter, else the user agent up to its first slash. */
  manager: string;
  operation: 'Update' | 'Apply';
  subresource?: string;
  kind: CompiledKind;
  now: Date;
}

/**
 * Copy of `next` whose `metadata.managedFields` records who set what: the writer gains what it changed, all others
 * lose that and what is gone. Without managedFields in `next` those of `live` count; a single empty entry clears
 * the record. Entries that stay as they were keep their time.
 */
export function updateManagedFields(update: ManagedUpdate): ApiObject {
  const { live, next, kind, subresource = '' } = update;
  const managers = startingManagers(live, next);
  const comparison = compareObjects(live, next, kind);
  const changed = ownable(comparison.modified.union(comparison.added), kind, subresource);
  const apiVersion = next.apiVersion;
  const identity = { name: update.manager, operation: update.operation, apiVersion, subresource };
  const key = managerKey(identity);
  const others = disown(managers, key, comparison, changed);
  const own = managers.get(key)?.fields ?? FieldSet.EMPTY;
  const fields = own.difference(comparison.removed).union(changed);
  return withManagers(
    next,
    withFields(others, managers.get(key), { ...identity, time: wholeSeconds(update.now), fields }),
  );
}

/** What changed between two objects, managedFields left out. */
export function compareObjects(live: ApiObject | undefined, next: ApiObject, kind: CompiledKind): Comparison {
  const before = live === undefined ? {} : withoutManagedFields(live);
  return compareValues(before as Json, withoutManagedFields(next) as Json, kind.versionSchema);
}

/** The other managers without what was changed or removed. Those of another subresource lose it too. */
function disown(managers: Managers, key: string, comparison: Comparison, changed: FieldSet): Map<string, Manager> {
  const lost = changed.union(comparison.removed);
  const others = new Map<string, Manager>();
  for (const [otherKey, manager] of managers) {
    if (otherKey !== key) others.set(otherKey, { ...manager, fields: manager.fields.difference(lost) });
  }
  return others;
}

/** Puts the writer back in; its time moves only if its fields did. */
export function withFields(others: Managers, before: Manager | undefined, manager: Manager): Managers {
  const isSame = before?.fields.equals(manager.fields) === true;
  return new Map(others).set(managerKey(manager), isSame ? before : manager);
}

/** Copy of an object with the managers as its managedFields; none if nobody owns anything. */
export function withManagers(object: ApiObject, managers: Managers): ApiObject {
  const entries = encodeManagers(managers);
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

/** Copy of an object without managedFields. */
export function withoutManagedFields(object: ApiObject): unknown {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function startingManagers(live: ApiObject | undefined, next: ApiObject): Managers {
  const given = next.metadata.managedFields;
  if (isReset(given)) return new Map();
  return decodeManagers(given === undefined || given.length === 0 ? live?.metadata.managedFields : given);
}

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  const [first] = entries ?? [];
  return entries?.length === 1 && first !== undefined && Object.keys(first).length === 0;
}
