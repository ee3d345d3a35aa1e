import type { ApiObject, ObjectMeta } from '../kinds.ts';

/** meta.k8s.io/v1 PartialObjectMetadata. */
export interface PartialObjectMetadata {
  kind: 'PartialObjectMetadata';
  apiVersion: 'meta.k8s.io/v1';
  metadata: ObjectMeta;
}

/** meta.k8s.io/v1 PartialObjectMetadataList. */
export interface PartialObjectMetadataList {
  kind: 'PartialObjectMetadataList';
  apiVersion: 'meta.k8s.io/v1';
  metadata: Record<string, unknown>;
  items: PartialObjectMetadata[];
}

/** The metadata of an object, in the form that `as=PartialObjectMetadata` asks for. */
export function toPartialObjectMetadata(object: ApiObject): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** A list in the form that `as=PartialObjectMetadataList` asks for; list metadata is passed through. */
export function toPartialObjectMetadataList(list: {
  metadata: Record<string, unknown>;
  items: readonly ApiObject[];
}): PartialObjectMetadataList {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: list.metadata,
    items: list.items.map(toPartialObjectMetadata),
  };
}
