/**
 * The kinds that the crash test writes: different shapes, one store. `update` is how one is overwritten without a
 * resourceVersion: a PUT of a Lease wants one.
 */
export const RESOURCES = [
  { plural: 'configmaps', base: '/api/v1', apiVersion: 'v1', kind: 'ConfigMap', update: 'PUT' },
  { plural: 'secrets', base: '/api/v1', apiVersion: 'v1', kind: 'Secret', update: 'PUT' },
  {
    plural: 'leases',
    base: '/apis/coordination.k8s.io/v1',
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    update: 'PATCH',
  },
] as const;

/** One of {@link RESOURCES}. */
export type Resource = (typeof RESOURCES)[number];

/** Annotation with the number of the write that made an object what it is. */
export const WRITE_ANNOTATION = 'test/write';

/** Path of the collection in namespace `default`. */
export function collectionPath(resource: Resource): string {
  return `${resource.base}/namespaces/default/${resource.plural}`;
}

/** What the test looks at of an object. */
export interface Seen {
  revision: number;
  uid: string;
  /** Number of the write; undefined for an object that the server made itself. */
  write: number | undefined;
}

/** An object as it comes over the wire. */
export interface WireObject {
  metadata: { name: string; uid: string; resourceVersion: string; annotations?: Record<string, string> };
}

/** The facts of an object on the wire. */
export function seen({ metadata }: WireObject): Seen {
  const write = metadata.annotations?.[WRITE_ANNOTATION];
  return {
    revision: Number(metadata.resourceVersion),
    uid: metadata.uid,
    write: write === undefined ? undefined : Number(write),
  };
}
