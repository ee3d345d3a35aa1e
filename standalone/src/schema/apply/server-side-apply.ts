import type { ApiObject, CompiledKind, Json, ObjectMeta } from '../kinds.ts';
import { jsonEqual } from '../structural/json-value.ts';
import { printPath } from './field-elements.ts';
import { FieldSet } from './field-set.ts';
import { changesBetween, disown, ofGroup, withManagers, withoutManagedFields } from './managed-fields.ts';
import {
  decodeManagers,
  type Manager,
  managerKey,
  type Managers,
  ownable,
  reachable,
  wholeSeconds,
} from './managers.ts';
import { takenOver } from './last-applied.ts';
import { mergeApplied, removeFields } from './merge-applied.ts';
import { toFieldSet, withNamedFields } from './to-field-set.ts';

/** A field of the applied object that another manager owns with another value. */
export interface ApplyConflict {
  /** As Kubernetes prints it: `"kubectl-edit" using nannyai.dev/v1alpha1`, with `with subresource "status"` where it is so. */
  manager: string;
  /** Field path as Kubernetes prints it: `.spec.conditions[type="Ready"].status`. */
  field: string;
}

/** One server-side apply. */
export interface ServerSideApplyInput {
  /** The stored object; absent when the apply creates. */
  live?: ApiObject;
  /** The intent as sent, neither pruned nor defaulted: the caller has checked it with `typedFault`. */
  applied: ApiObject;
  manager: string;
  /** Takes contested fields over instead of reporting conflicts. */
  force: boolean;
  kind: CompiledKind;
  /** Set for `/status`. */
  subresource?: string;
  now: Date;
}

/**
 * Merges an applied intent into the live object and records ownership (KEP-555).
 *
 * What this manager applied before, applies no longer and nobody else owns is removed. The result is not defaulted or
 * validated. With conflicts (and no force) `object` is the live object, unchanged, and the caller answers 409 with
 * `applyConflictMessage`. Applying the same twice gives the live object itself. (One exception is Kubernetes' own: a field
 * emptied to `{}` or `[]` by an apply is dropped, and comes back as `{}` when that is applied again.)
 */
export function serverSideApply(input: ServerSideApplyInput): { object: ApiObject; conflicts: ApplyConflict[] } {
  const { kind, subresource = '', now } = input;
  const live = input.live ?? emptyLike(input.applied);
  const intent = reachablePart(input.applied, kind, subresource);
  const managers = startingManagers(input);
  const identity = { name: input.manager, operation: 'Apply', apiVersion: intent.apiVersion, subresource } as const;
  const key = managerKey(identity);
  const before = managers.get(key);
  const intended = toFieldSet(intent as unknown as Json, kind.versionSchema);
  const fields = ownable(reachable(intended, kind, subresource));
  const applier: Manager = { ...identity, time: wholeSeconds(now), fields };
  const merged = mergeApplied(withoutManagedFields(live) as Json, intent as unknown as Json, kind.versionSchema);
  // The whole intent counts here, name included: else metadata would go with the last label that was applied.
  const owned = unionOf([...managers].filter(([other]) => other !== key).map(([, manager]) => manager)).union(intended);
  const object = dropAbandoned(kind, merged, before?.fields, owned) as unknown as ApiObject;
  return settle(input, { live, object, managers, applier, before });
}

interface Outcome {
  live: ApiObject;
  object: ApiObject;
  managers: Managers;
  applier: Manager;
  before: Manager | undefined;
}

function settle(input: ServerSideApplyInput, outcome: Outcome): { object: ApiObject; conflicts: ApplyConflict[] } {
  const { live, object, managers, applier, before } = outcome;
  const { subresource = '' } = input;
  const { changed, removed } = changesBetween(input.live, object, input.kind, subresource);
  const key = managerKey(applier);
  const others = [...managers].filter(([other]) => other !== key).map(([, manager]) => manager);
  const contested = changed.difference(takenOver(input.live, input.manager, input.kind));
  const conflicts = others.flatMap((manager) => conflictsWith(manager, contested));
  if (conflicts.length > 0 && !input.force) return { object: input.live ?? object, conflicts };
  const remaining = disown(managers, key, changed.union(removed));
  // The time is that of the last apply that changed the object: a manager that only agrees has none.
  const hasChanged = input.live === undefined || !jsonEqual(object, withoutManagedFields(input.live));
  const { time: now, ...untimed } = applier;
  const time = hasChanged ? now : before?.time;
  const own: Manager = time === undefined ? untimed : { ...untimed, time };
  const result = withManagers(object, new Map(remaining).set(key, own));
  const isSame = input.live !== undefined && jsonEqual(result, input.live);
  return { object: isSame ? live : result, conflicts: [] };
}

function conflictsWith(manager: Manager, changed: FieldSet): ApplyConflict[] {
  const contested = manager.fields.intersection(changed);
  return contested.paths().map((path) => ({ manager: printManager(manager), field: printPath(path) }));
}

function printManager({ name, operation, apiVersion, subresource }: Manager): string {
  const who = subresource === '' ? JSON.stringify(name) : `${JSON.stringify(name)} with subresource "${subresource}"`;
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}

/** Stored objects from before ownership was recorded are owned by a manager that stands for their history. */
function startingManagers({ live, kind, now, applied }: ServerSideApplyInput): Managers {
  const managers = decodeManagers(live?.metadata.managedFields);
  if (live === undefined || managers.size > 0) return ofGroup(managers, kind);
  const { changed } = changesBetween(undefined, live, kind, '');
  const history: Manager = {
    name: 'before-first-apply',
    operation: 'Update',
    apiVersion: applied.apiVersion,
    subresource: '',
    time: wholeSeconds(now),
    fields: ownable(changed),
  };
  return new Map([[managerKey(history), history]]);
}

function emptyLike(applied: ApiObject): ApiObject {
  return { apiVersion: applied.apiVersion, kind: applied.kind, metadata: {} };
}

/** The part of an intent that the written (sub)resource reaches. */
function reachablePart(applied: ApiObject, kind: CompiledKind, subresource: string): ApiObject {
  const metadata = intendedMetadata(applied.metadata);
  if (subresource === 'status') {
    const { name, namespace } = metadata;
    const identity = { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
    const status = applied['status'] === undefined ? {} : { status: applied['status'] };
    return { apiVersion: applied.apiVersion, kind: applied.kind, metadata: identity, ...status };
  }
  const { status, ...rest } = applied;
  const keepsStatus = status !== undefined && !kind.hasStatus;
  return { ...rest, metadata, ...(keepsStatus ? { status } : {}) };
}

/** Metadata without what is the server's to say; manifests often carry `creationTimestamp: null`. */
function intendedMetadata(metadata: ObjectMeta): ObjectMeta {
  const { managedFields: _managedFields, creationTimestamp: _created, generation: _generation, ...intended } = metadata;
  return intended;
}

function unionOf(managers: readonly Manager[]): FieldSet {
  return managers.reduce((set, manager) => set.union(manager.fields), FieldSet.EMPTY);
}

/**
 * Removes what was applied before and is owned by nobody now.
 *
 * A removed field goes with all below it, defaults included, unless another manager owns something below: then only
 * what was applied goes.
 */
function dropAbandoned(kind: CompiledKind, merged: Json, last: FieldSet | undefined, owned: FieldSet): Json {
  if (last === undefined || last.isEmpty) return merged;
  const schema = kind.versionSchema;
  const named = (set: FieldSet): FieldSet => withNamedFields(set, schema);
  const fieldsOf = (value: Json): FieldSet => named(toFieldSet(value, schema));
  const mergedSet = fieldsOf(merged);
  const pruned = removeFields(merged, schema, named(last));
  const withOwned = removeFields(merged, schema, mergedSet.difference(fieldsOf(pruned)).difference(named(owned)));
  return removeFields(merged, schema, mergedSet.difference(fieldsOf(withOwned)).intersection(named(last)));
}
