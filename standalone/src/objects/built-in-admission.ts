import { establishCrd } from '../schema/index.ts';
import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { forbidden } from '../status/status-error.ts';
import { NAMESPACE_FINALIZER } from './finalizers.ts';

/** Namespaces that exist from the first start. */
export const FIRST_NAMESPACES: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Those of them that cannot be deleted. */
const PERMANENT_NAMESPACES: readonly string[] = ['default', 'kube-public', 'kube-system'];

/** @throws StatusError Forbidden for a namespace that must stay. */
export function assertDeletable(kind: CompiledKind, name: string): void {
  if (kind.resource.kind !== 'Namespace' || kind.resource.group !== '' || !PERMANENT_NAMESPACES.includes(name)) return;
  throw forbidden(kind.resource, name, 'this namespace may not be deleted');
}

/**
 * What the server adds to objects of a few built-in kinds before it validates them, on create and on update.
 */
export function admit(
  kind: CompiledKind,
  object: ApiObject,
  context: { now: Date; live?: ApiObject; storedCrds: () => Iterable<ApiObject> },
): ApiObject {
  const { now, live, storedCrds } = context;
  if (kind.resource.kind === 'Namespace' && kind.resource.group === '') {
    return live === undefined ? activeNamespace(object) : object;
  }
  if (kind.resource.kind === 'CustomResourceDefinition') return establishCrd(object, now, storedCrds());
  return object;
}

function activeNamespace(object: ApiObject): ApiObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name ?? '' };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: { finalizers: [NAMESPACE_FINALIZER] },
    status: { phase: 'Active' },
  };
}
