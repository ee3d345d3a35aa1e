import { RUN_UID_ANNOTATION } from '@nannyapi/crds';
import type { KubeObject } from '@nannyapi/runtime';
import { arrivingStatus, hasEnded, isRestored } from './arriving-status.ts';
import { missingIn } from './stands-in.ts';
import type { MovedKind } from './moved-kinds.ts';

/** What an object needs that is there already, under the name of an exported one. */
export type ImportPlan =
  /** Nothing: all that was exported stands in it. */
  | { kind: 'Unchanged' }
  /** It is our copy, without its status yet. */
  | { kind: 'Complete'; status: object }
  /** A person must decide; nothing of it is touched. */
  | { kind: 'Differs'; because: string };

/** Decides what an object needs so that all that was exported stands in it. */
export function planImport(
  exported: KubeObject,
  present: KubeObject,
  { moves, now }: Pick<MovedKind, 'moves'> & { now: Date },
): ImportPlan {
  if (present.metadata.deletionTimestamp !== undefined) return differs('it is being deleted');
  if (moves === 'Run' && !isSameRun(exported, present)) return differs('it is another run of that name');
  const fields = [
    ...missingIn(present.spec, exported.spec, 'spec'),
    ...missingIn(present.metadata.labels, exported.metadata.labels, 'metadata.labels'),
  ];
  if (fields.length > 0) return differs(listed(fields));
  return moves === 'Run' ? planStatus(exported, present, now) : { kind: 'Unchanged' };
}

/** Where a copy came from stands in its annotation; the original itself has that uid. */
function isSameRun(exported: KubeObject, present: KubeObject): boolean {
  const uid = exported.metadata.annotations?.[RUN_UID_ANNOTATION];
  return (
    uid !== undefined && (present.metadata.annotations?.[RUN_UID_ANNOTATION] === uid || present.metadata.uid === uid)
  );
}

/**
 * A copy cannot run. So a status without an end, or that says `Restored` although there was a result, was put there
 * between the two writes of an import, by the operator; the import's word is the last.
 */
function planStatus(exported: KubeObject, present: KubeObject, now: Date): ImportPlan {
  const isOriginal = present.metadata.uid === exported.metadata.annotations?.[RUN_UID_ANNOTATION];
  const arriving = isOriginal ? exported.status : withTimesOf(present, arrivingStatus(exported, now), exported);
  const fields = missingIn(comparable(present.status), comparable(arriving), 'status');
  if (fields.length === 0) return { kind: 'Unchanged' };
  if (isOriginal) return differs(`it is the exported object itself, and has changed since: ${listed(fields)}`);
  if (hasEnded(present) && !isRestored(present)) return differs(listed(fields));
  return { kind: 'Complete', status: observedBy(present, arriving as Status) };
}

interface Status {
  conditions?: { type: string; lastTransitionTime?: string; observedGeneration?: number }[];
  observedGeneration?: number;
  completionTime?: string;
}

/** A run that was ended by its move ends once: when it did stands already if it was moved before. */
function withTimesOf(present: KubeObject, arriving: Status, exported: KubeObject): Status {
  const before = present.status as Status | undefined;
  if (hasEnded(exported) || before?.completionTime === undefined) return arriving;
  const timeOf = new Map(before.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
  const conditions = arriving.conditions?.map((condition) => {
    const lastTransitionTime = ENDING.has(condition.type) ? timeOf.get(condition.type) : undefined;
    return lastTransitionTime === undefined ? condition : { ...condition, lastTransitionTime };
  });
  return { ...arriving, completionTime: before.completionTime, ...(conditions ? { conditions } : {}) };
}

const ENDING: ReadonlySet<string> = new Set(['Diagnosed', 'Succeeded']);

/** Generations count on each server anew; which one a status was made from is no part of what it says. */
function comparable(status: unknown): unknown {
  if (typeof status !== 'object' || status === null) return status;
  const { observedGeneration: _generation, conditions, ...rest } = status as Status;
  return { ...rest, ...(conditions ? { conditions: conditions.map(withoutGeneration) } : {}) };
}

function withoutGeneration<T extends { observedGeneration?: number }>(condition: T): Omit<T, 'observedGeneration'> {
  const { observedGeneration: _generation, ...rest } = condition;
  return rest;
}

/** The status as of the generation of the object that it is written to. */
function observedBy({ metadata: { generation } }: KubeObject, status: Status): Status {
  if (generation === undefined) return status;
  const conditions = status.conditions?.map((condition) => ({ ...condition, observedGeneration: generation }));
  return { ...status, observedGeneration: generation, ...(conditions ? { conditions } : {}) };
}

function differs(because: string): ImportPlan {
  return { kind: 'Differs', because };
}

/** The first few fields: after ten, nobody compares them one by one. */
function listed(fields: readonly string[]): string {
  const rest = fields.length - MAX_FIELDS;
  return fields.slice(0, MAX_FIELDS).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

const MAX_FIELDS = 10;
