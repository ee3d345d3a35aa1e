import { setCondition, type Condition } from '../conditions.ts';
import type { KubeObject } from '../objects.ts';
import { mergePatchBetween } from './merge-patch.ts';
import type { TerminalError } from './reconciler.ts';

/** The condition that a TerminalError sets and the next good pass removes (kstatus). */
export const STALLED = 'Stalled';

type StatusLike = { conditions?: Condition[]; observedGeneration?: number } & Record<string, unknown>;

/** What of a status belongs to one of several writers. */
export interface StatusScope {
  /** Types of its conditions. */
  conditions: readonly string[];
  /** Names of its top-level fields, `conditions` not among them. */
  fields: readonly string[];
}

/** How a controller treats a status. */
export interface StatusRules {
  /** Absent: all of it is the controller's. */
  scope?: StatusScope | undefined;
  /** The condition that a TerminalError sets. */
  stalled: string;
  /** Whether the controller keeps `status.observedGeneration`. */
  observesGeneration: boolean;
}

/**
 * The status to store after a good pass; `undefined` when the object has none and none was returned.
 *
 * A pass speaks for the generation that it saw, so the status that it returns gets that generation, in
 * `observedGeneration` and in every condition; and whoever got through a pass is not stalled. With a scope, what is
 * outside of it stays as the object has it, whatever was returned.
 */
export function statusAfterPass(object: KubeObject, returned: unknown, rules: StatusRules): unknown {
  const present = object.status as StatusLike | undefined;
  const status = returned === undefined ? present : withinScope(present, returned as StatusLike, rules.scope);
  if (!status) return undefined;
  const { generation } = object.metadata;
  const conditions = status.conditions?.filter(({ type }) => type !== rules.stalled);
  const isOurs = ({ type }: Condition): boolean => rules.scope?.conditions.includes(type) ?? true;
  const stamp = (condition: Condition): Condition =>
    returned !== undefined && generation !== undefined && isOurs(condition)
      ? { ...condition, observedGeneration: generation }
      : condition;
  return {
    ...status,
    ...(rules.observesGeneration && generation !== undefined ? { observedGeneration: generation } : {}),
    ...(conditions ? { conditions: conditions.map(stamp) } : {}),
  };
}

/** The present status with the scope's part taken from another one. */
function withinScope(present: StatusLike | undefined, wanted: StatusLike, scope: StatusScope | undefined): StatusLike {
  if (!scope) return wanted;
  const fields = Object.fromEntries(scope.fields.map((field) => [field, wanted[field]]));
  const isOurs = ({ type }: Condition): boolean => scope.conditions.includes(type);
  const ours = (wanted.conditions ?? []).filter(isOurs);
  const kept = (present?.conditions ?? []).flatMap((condition) =>
    isOurs(condition) ? (ours.find(({ type }) => type === condition.type) ?? []) : condition,
  );
  const added = ours.filter(({ type }) => !kept.some((condition) => condition.type === type));
  const conditions = [...kept, ...added];
  return { ...present, ...fields, ...(conditions.length > 0 || present?.conditions ? { conditions } : {}) };
}

/** The status of an object that only a person can help. */
export function statusWhenStalled(
  object: KubeObject,
  error: TerminalError,
  { now, stalled }: { now: Date; stalled: string },
): unknown {
  const status = (object.status ?? {}) as StatusLike;
  const conditions = setCondition(
    status.conditions,
    {
      type: stalled,
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
