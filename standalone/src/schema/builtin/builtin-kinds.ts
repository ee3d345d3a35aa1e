import type { CompiledKind } from '../kinds.ts';

/** The built-in kinds that are served as data: Namespace, ConfigMap, Secret, ServiceAccount, Event, Lease, Node, CustomResourceDefinition. */
export function builtinKinds(): CompiledKind[] {
  return [];
}
