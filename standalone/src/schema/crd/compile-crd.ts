import type { CompiledKind } from '../kinds.ts';

/** Compiles the storage version of a CRD. Throws CodedError `Invalid` with kube-apiserver's causes. */
export function compileCrd(crd: unknown): CompiledKind {
  const kind = compileCrdVersions(crd).find((compiled) => compiled.isStorageVersion);
  if (kind === undefined) throw new Error('no storage version');
  return kind;
}

/** Compiles every served version of a CRD. Throws CodedError `Invalid` with kube-apiserver's causes. */
export function compileCrdVersions(crd: unknown): CompiledKind[] {
  throw new Error(`compilation comes next: ${typeof crd}`);
}
