import type { ApiObject } from '../schema/index.ts';

/** Finalizer of an owner that waits for its dependents to go. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** Finalizer of an owner whose dependents are to be set free first. */
export const ORPHAN_FINALIZER = 'orphan';
/** Finalizer in a namespace's `spec.finalizers`: the namespace empties before it goes. */
export const NAMESPACE_FINALIZER = 'kubernetes';
/** Finalizer that keeps a CRD until its objects are gone, as in apiextensions-apiserver. */
export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** A copy of an object that one finalizer no longer holds. */
export function withoutFinalizer(object: ApiObject, finalizer: string): ApiObject {
  const finalizers = (object.metadata.finalizers ?? []).filter((present) => present !== finalizer);
  const { finalizers: _finalizers, ...rest } = object.metadata;
  return { ...object, metadata: finalizers.length === 0 ? rest : { ...rest, finalizers } };
}
