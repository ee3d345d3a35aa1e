import type { ApiObject, CompiledKind } from '../kinds.ts';

/** A field of the applied object that another manager owns with another value. */
export interface ApplyConflict {
  /** As Kubernetes prints it: `"kubectl-edit" using nannyai.dev/v1alpha1`, with `with subresource "status"` where it is so. */
  manager: string;
  /** Field path as Kubernetes prints it: `.spec.conditions[type="Ready"].status`. */
  field: string;
}

/** One server-side apply. */
export interface ServerSideApplyInput {
  /** The stored object; absent when the apply creates. */
  live?: ApiObject;
  /** The intent as sent (pruned of unknown fields by the caller; not defaulted). Must not carry managedFields. */
  applied: ApiObject;
  manager: string;
  /** Takes contested fields over instead of reporting conflicts. */
  force: boolean;
  kind: CompiledKind;
  /** Set for `/status`. */
  subresource?: string;
  now: Date;
}

/**
 * Merges an applied intent into the live object and records ownership.
 *
 * The result is not defaulted or validated. With conflicts (and no force) `object` is the live object, unchanged,
 * and the caller answers 409 with `applyConflictMessage`.
 */
export function serverSideApply(input: ServerSideApplyInput): { object: ApiObject; conflicts: ApplyConflict[] } {
  throw new Error(`apply of ${input.kind.resource.kind} comes next`);
}
