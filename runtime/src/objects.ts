/** One REST resource of the API server, as discovery names it. */
export interface ResourceType {
  /** API group; `''` is the core group. */
  group: string;
  version: string;
  kind: string;
  /** Lower-case plural, the path segment of the resource. */
  plural: string;
  namespaced: boolean;
}

/** `metav1.OwnerReference`. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** `metav1.ObjectMeta`; times are RFC 3339 strings as on the wire. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  /** Opaque: compare for equality only, except between informer events of one server. */
  resourceVersion?: string;
  /** Grows when `spec` changes, not when `status` does. */
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  /** Never present in an informer's store: it is bulky and nobody reads it there. */
  managedFields?: unknown[];
}

/** The part that every object of the API server has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

/** Where one object is; `namespace` is absent for cluster-scoped resources. */
export interface ObjectRef {
  namespace?: string | undefined;
  name: string;
}

/** The identity of an object inside its resource: `namespace/name`, or `name` when it is cluster-scoped. */
export function objectKey(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return refKey({ namespace, name: name ?? '' });
}

/** The key of a reference, in the form of {@link objectKey}. */
export function refKey(ref: ObjectRef): string {
  return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
}

/** The reference that a key of {@link objectKey} stands for. */
export function parseKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * The ownerReference that makes `owner` the one controller of a child.
 *
 * The child is garbage-collected with its owner, and the owner's deletion in the foreground
 * waits for the child.
 *
 * @throws TypeError when the owner was never stored, for a reference without a uid owns nothing.
 */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (!name || !uid) throw new TypeError(`A ${owner.kind} without name and uid cannot own anything`);
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}
