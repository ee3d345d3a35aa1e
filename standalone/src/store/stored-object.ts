import type { ApiObject } from '../schema/index.ts';
import type { ChangeType } from './worker-protocol.ts';

/** Where an object lives. */
export interface ObjectKey {
  /** `plural` of a core kind, else `plural.group`. */
  resource: string;
  /** '' for a cluster-scoped object. */
  namespace: string;
  name: string;
}

/**
 * One revision of an object, with the few facts that lists, watches and the garbage collector ask of every object.
 * The object itself is kept as text: most reads hand it on without ever parsing it.
 */
export interface StoredObject extends ObjectKey {
  revision: number;
  uid: string;
  labels: Readonly<Record<string, string>>;
  ownerUids: readonly string[];
  isDeleting: boolean;
  /** JSON of the object; undefined for a large one, which is read from disk when asked for. */
  text: string | undefined;
}

/** One committed write, as watchers see it. */
export interface Change {
  type: ChangeType;
  object: StoredObject;
  /** JSON of `object`. */
  text: string;
  /** The state before; undefined for ADDED. */
  previous: StoredObject | undefined;
}

/** Key within one resource. Lists are ordered by it, as by etcd's keys; `History` orders by the same text in SQL. */
export function shelfKey(key: Pick<ObjectKey, 'namespace' | 'name'>): string {
  return `${key.namespace}/${key.name}`;
}

/** The stored form of an object whose `metadata.resourceVersion` is already set. */
export function toStoredObject(key: ObjectKey, object: ApiObject, text: string): StoredObject {
  const { metadata } = object;
  return {
    resource: key.resource,
    namespace: key.namespace,
    name: key.name,
    revision: Number(metadata.resourceVersion),
    uid: metadata.uid ?? '',
    labels: metadata.labels ?? NO_LABELS,
    ownerUids: metadata.ownerReferences?.map((owner) => owner.uid) ?? NO_OWNERS,
    isDeleting: metadata.deletionTimestamp !== undefined,
    text,
  };
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const NO_OWNERS: readonly string[] = Object.freeze([]);
