import { isDeepStrictEqual } from 'node:util';
import type { ApiObject, CompiledKind, ObjectMeta } from '../schema/index.ts';
import { hasGeneration } from './initial-object.ts';

/** Which part of an object a write may change. '' is the main resource. */
export type Subresource = '' | 'status' | 'scale';

/**
 * The state that an update leads to, before pruning and validation: the server's own metadata is kept, and the other
 * subresource's part stays as it is.
 *
 * Through `/status` only the status is taken; through the main resource everything but it (KEP-571,
 * apiextensions-apiserver's statusStrategy).
 */
export function nextObject(kind: CompiledKind, live: ApiObject, sent: ApiObject, subresource: Subresource): ApiObject {
  if (subresource === 'status') {
    const { status: _status, ...rest } = live;
    // An apply has recorded itself in the object that it sends.
    return withStatus({ ...rest, metadata: withManagedFields(live.metadata, sent.metadata) }, sent);
  }
  const { status: _status, ...rest } = sent;
  const next = { ...rest, metadata: keepServerFields(live.metadata, sent.metadata) } as ApiObject;
  return withStatus(next, kind.hasStatus ? live : sent);
}

/** `next` with the generation it deserves: one more when anything but metadata (and a separate status) differs. */
export function withGeneration(kind: CompiledKind, live: ApiObject, next: ApiObject): ApiObject {
  if (!hasGeneration(kind)) return next;
  const generation = live.metadata.generation ?? 1;
  const isSame = isDeepStrictEqual(desired(kind, live), desired(kind, next));
  return { ...next, metadata: { ...next.metadata, generation: isSame ? generation : generation + 1 } };
}

/** True when a write would change nothing but the times in managedFields: such a write is not made. */
export function isSameObject(live: ApiObject, next: ApiObject): boolean {
  return isDeepStrictEqual(withoutTimes(live), withoutTimes(next));
}

function desired(kind: CompiledKind, object: ApiObject): unknown {
  const { metadata: _metadata, status, apiVersion: _apiVersion, ...rest } = object;
  return kind.hasStatus ? rest : { ...rest, status };
}

function withoutTimes(object: ApiObject): unknown {
  const managedFields = object.metadata.managedFields?.map((entry) => ({ ...entry, time: '' }));
  return { ...object, metadata: { ...object.metadata, resourceVersion: '', managedFields } };
}

function withStatus(object: ApiObject, source: ApiObject): ApiObject {
  return source['status'] === undefined ? object : { ...object, status: source['status'] };
}

function withManagedFields(live: ObjectMeta, sent: ObjectMeta): ObjectMeta {
  const { managedFields: _managedFields, ...rest } = live;
  return sent.managedFields === undefined ? rest : { ...rest, managedFields: sent.managedFields };
}

/** Fields of metadata that are the server's alone; what a client sends in them is dropped. */
const SERVER_FIELDS = ['namespace', 'generation'] as const satisfies readonly (keyof ObjectMeta)[];

/** Fields that a client need not send back; once set they stay, and a change of the deletion is told as a fault. */
const STICKY_FIELDS = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
] as const satisfies readonly (keyof ObjectMeta)[];

function keepServerFields(live: ObjectMeta, sent: ObjectMeta): ObjectMeta {
  const { selfLink: _selfLink, ...metadata } = sent as Record<string, unknown>;
  for (const field of SERVER_FIELDS) {
    if (live[field] === undefined) delete metadata[field];
    else metadata[field] = live[field];
  }
  for (const field of STICKY_FIELDS) {
    // A changed uid is a fault too, so only a missing one is filled in.
    if (live[field] !== undefined && (field !== 'uid' || isEmpty(metadata[field]))) metadata[field] = live[field];
  }
  metadata['deletionGracePeriodSeconds'] ??= live.deletionGracePeriodSeconds;
  if (metadata['deletionGracePeriodSeconds'] === undefined) delete metadata['deletionGracePeriodSeconds'];
  return metadata;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '';
}
