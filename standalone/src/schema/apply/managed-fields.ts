import type { ApiObject, CompiledKind, Json, ManagedFieldsEntry } from '../kinds.ts';
import { capUpdaters } from './cap-updaters.ts';
import { compareValues } from './compare.ts';
import { FieldSet } from './field-set.ts';
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  managerKey,
  type Managers,
  ownable,
  reachable,
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
  subresource?: string;
  kind: CompiledKind;
  now: Date;
}

/**
 * Copy of `next` whose `metadata.managedFields` records who set what: the writer gains what it changed, all others
 * lose that and what is gone.
 *
 * Without usable managedFields in `next` those of `live` count; a single empty entry (or, but for custom kinds, an empty
 * list) clears the record, and an object without one gets none by an update. The writer's time moves when it changed
 * something; of more than ten updaters the oldest become one (`ancient-changes`).
 */
export function updateManagedFields(update: ManagedUpdate): ApiObject {
  const { live, next, kind, subresource = '' } = update;
  const managers = startingManagers(update);
  if (live !== undefined && managers.size === 0) return withManagers(next, managers);
  const { changed, removed } = changesBetween(live, next, kind, subresource);
  const identity = { name: update.manager, operation: 'Update', apiVersion: next.apiVersion, subresource } as const;
  const key = managerKey(identity);
  const others = disown(ofGroup(managers, kind), key, changed.union(removed));
  const before = managers.get(key);
  // What it held before stays its own although the fields are gone from the object by another hand's doing.
  const fields = ownable((before?.fields ?? FieldSet.EMPTY).difference(removed).union(changed));
  const time = before === undefined || !ownable(changed).isEmpty ? wholeSeconds(update.now) : before.time;
  const own: Manager = { ...identity, ...(time === undefined ? {} : { time }), fields };
  return withManagers(next, capUpdaters(new Map(others).set(key, own)));
}

/** Paths that a write changes or adds, and paths that it removes; managedFields left out. */
export function changesBetween(
  live: ApiObject | undefined,
  next: ApiObject,
  kind: CompiledKind,
  subresource: string,
): { changed: FieldSet; removed: FieldSet } {
  const before = live === undefined ? kind.emptyObject : withoutManagedFields(live);
  const comparison = compareValues(before as Json, withoutManagedFields(next) as Json, kind.versionSchema);
  return {
    changed: reachable(comparison.modified.union(comparison.added), kind, subresource),
    removed: reachable(comparison.removed, kind, subresource),
  };
}

/** The managers but one, without what was changed or removed. */
export function disown(managers: Managers, key: string, lost: FieldSet): Map<string, Manager> {
  const others = [...managers].filter(([other]) => other !== key);
  return new Map(others.map(([other, manager]) => [other, { ...manager, fields: manager.fields.difference(lost) }]));
}

/**
 * The managers that wrote through the group of a kind. The fields of others have other names: whoever writes takes such
 * objects over whole, as in Kubernetes.
 */
export function ofGroup(managers: Managers, { resource }: CompiledKind): Managers {
  return new Map([...managers].filter(([, { apiVersion }]) => groupOf(apiVersion) === resource.group));
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
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

/** A write through a subresource cannot edit the record. */
function startingManagers({ live, next, kind, subresource = '' }: ManagedUpdate): Managers {
  const given = subresource === '' ? next.metadata.managedFields : undefined;
  // The Go client of custom kinds cannot tell an empty list from none.
  const isAbsent = kind.isCustomResource && given?.length === 0;
  if (live !== undefined && !isAbsent && isReset(given)) return new Map();
  const managers = decodeManagers(given);
  return managers.size > 0 ? managers : decodeManagers(live?.metadata.managedFields);
}

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  const [first] = entries ?? [];
  return entries?.length === 0 || (entries?.length === 1 && first !== undefined && Object.keys(first).length === 0);
}
