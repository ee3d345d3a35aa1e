import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { CRD_FINALIZER, FOREGROUND_FINALIZER, NAMESPACE_FINALIZER, ORPHAN_FINALIZER } from './finalizers.ts';
import { hasGeneration, toTime } from './initial-object.ts';

/** What becomes of the dependents of a deleted object. */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

/** How an object is deleted. */
export interface DeleteOptions {
  isDryRun: boolean;
  propagationPolicy?: PropagationPolicy | undefined;
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
}

/**
 * The state of an object after a delete request; undefined when it goes at once.
 *
 * A second delete may change the propagation policy but never the deletion time.
 */
export function deletionPlan(
  kind: CompiledKind,
  live: ApiObject,
  options: DeleteOptions,
  now: Date,
): ApiObject | undefined {
  const present = policyFinalizers(live.metadata.finalizers ?? [], options.propagationPolicy);
  const finalizers = holdsObjects(kind, live) ? [...new Set([...present, CRD_FINALIZER])] : present;
  if (finalizers.length === 0 && !isNamespaceWithContent(kind, live)) return undefined;
  const { finalizers: _finalizers, ...rest } = live.metadata;
  const metadata = { ...rest, ...(finalizers.length > 0 ? { finalizers } : {}) };
  if (live.metadata.deletionTimestamp !== undefined) return { ...live, metadata };
  const generation = live.metadata.generation ?? 1;
  return {
    ...live,
    ...(isNamespace(kind) ? { status: { ...(live['status'] as object), phase: 'Terminating' } } : {}),
    metadata: {
      ...metadata,
      deletionTimestamp: toTime(now),
      // Namespaces have no grace: their life is their own.
      ...(isNamespace(kind) ? {} : { deletionGracePeriodSeconds: 0 }),
      ...(hasGeneration(kind) ? { generation: generation + 1 } : {}),
    },
  };
}

/** True when an object that is being deleted has nothing left that holds it. */
export function isFinalized(kind: CompiledKind, object: ApiObject): boolean {
  if (object.metadata.deletionTimestamp === undefined) return false;
  return (object.metadata.finalizers ?? []).length === 0 && !isNamespaceWithContent(kind, object);
}

function policyFinalizers(present: readonly string[], policy: PropagationPolicy | undefined): string[] {
  if (policy === undefined) return [...present];
  const others = present.filter((finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER);
  if (policy === 'Foreground') return [...others, FOREGROUND_FINALIZER];
  return policy === 'Orphan' ? [...others, ORPHAN_FINALIZER] : others;
}

/** A CRD whose deletion begins stays until its objects are gone. */
function holdsObjects({ resource }: CompiledKind, live: ApiObject): boolean {
  return resource.kind === 'CustomResourceDefinition' && live.metadata.deletionTimestamp === undefined;
}

function isNamespace(kind: CompiledKind): boolean {
  return kind.resource.group === '' && kind.resource.kind === 'Namespace';
}

/** A namespace holds itself by `spec.finalizers`, which the namespace life empties. */
function isNamespaceWithContent(kind: CompiledKind, live: ApiObject): boolean {
  const spec = live['spec'] as { finalizers?: string[] } | undefined;
  return isNamespace(kind) && (spec?.finalizers ?? []).includes(NAMESPACE_FINALIZER);
}
