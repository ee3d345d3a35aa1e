import { setCondition, type Condition } from '../conditions.ts';
import type { KubeObject } from '../objects.ts';
import { mergePatchBetween } from './merge-patch.ts';
import type { TerminalError } from './reconciler.ts';

/** The condition that a TerminalError sets and the next good pass removes (kstatus). */
export const STALLED = 'Stalled';

type StatusLike = { conditions?: Condition[]; observedGeneration?: number };

/**
 * The status to store after a good pass; `undefined` when the object has none and none was returned.
 *
 * A pass speaks for the generation that it saw, so the status that it returns gets that generation, in
 * `observedGeneration` and in every condition; and whoever got through a pass is not stalled.
 *
 * @param observesGeneration whether the kind has `status.observedGeneration`.
 */
export function statusAfterPass(object: KubeObject, returned: unknown, observesGeneration: boolean): unknown {
  const status = (returned ?? object.status) as StatusLike | undefined;
  if (!status) return undefined;
  const { generation } = object.metadata;
  const conditions = status.conditions?.filter(({ type }) => type !== STALLED);
  return {
    ...status,
    ...(observesGeneration && generation !== undefined ? { observedGeneration: generation } : {}),
    ...(conditions ? { conditions: returned === undefined ? conditions : stamped(conditions, generation) } : {}),
  };
}

/** The status of an object that only a person can help. */
export function statusWhenStalled(object: KubeObject, error: TerminalError, now: Date): unknown {
  const status = (object.status ?? {}) as StatusLike;
  const conditions = setCondition(
    status.conditions,
    {
      type: STALLED,
      status: 'True',
      reason: error.code,
      message: error.message.slice(0, MAX_MESSAGE_LENGTH),
      observedGeneration: object.metadata.generation,
    },
    now,
  );
  return { ...status, conditions };
}

/** `metav1.Condition` bounds its message so. */
const MAX_MESSAGE_LENGTH = 32_768;

/** The merge patch that brings the object's status to the desired one, guarded by its version; `undefined` for none. */
export function statusPatch(object: KubeObject, desired: unknown): object | undefined {
  if (desired === undefined) return undefined;
  const change = mergePatchBetween(object.status as object | undefined, desired as object);
  return change && { metadata: { resourceVersion: object.metadata.resourceVersion }, status: change };
}

function stamped(conditions: readonly Condition[], generation: number | undefined): Condition[] {
  return conditions.map((each) =>
    generation === undefined ? { ...each } : { ...each, observedGeneration: generation },
  );
}
