import type { ApiObject, CompiledKind } from '../schema/index.ts';

/** Finalizers of Kubernetes' own, which need no domain. */
const STANDARD = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** What to warn of finalizers that a write adds to a custom resource: names that others may take as well. */
export function finalizerWarnings(kind: CompiledKind, next: ApiObject, live?: ApiObject): string[] {
  if (!kind.isCustomResource) return [];
  const known = new Set(live?.metadata.finalizers);
  const added = [...new Set(next.metadata.finalizers)].filter((finalizer) => !known.has(finalizer)).sort();
  return added
    .filter((finalizer) => !finalizer.includes('/') && !STANDARD.has(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}
