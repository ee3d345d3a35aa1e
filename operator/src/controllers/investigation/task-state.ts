import type { AgentTask, AgentTaskStatus } from '@nannyapi/crds';

/** When a task should have ended, beside its own timeout. */
export interface TaskBounds {
  /** When the run is asked to conclude; an open task is cancelled then. */
  concludeTime: Date;
  /** How long a result may travel, in seconds. */
  taskGraceSeconds: number;
}

/** How a task ended, or how it counts when nobody will tell any more; `undefined` while it is open. */
export type TaskOutcome = AgentTaskStatus['outcome'];

/**
 * How a task ended.
 *
 * A task that was cancelled before anybody took it is over, for nobody may take it any more. One that was taken,
 * cancelled for being late and is still not answered after the grace counts as Unknown, so that a hung host ends no run.
 */
export function outcomeOf(task: AgentTask, bounds: TaskBounds, now: Date): TaskOutcome {
  const { outcome, claim } = task.status ?? {};
  if (outcome !== undefined) return outcome;
  if (!task.spec.cancel) return undefined;
  if (!claim) return 'Cancelled';
  const givenUpMs = cancelTimeOf(task, bounds).getTime() + bounds.taskGraceSeconds * 1000;
  return now.getTime() >= givenUpMs ? 'Unknown' : undefined;
}

/** When an open task is cancelled: at its timeout and a grace after it was taken, or when the run has to conclude. */
export function cancelTimeOf(task: AgentTask, bounds: TaskBounds): Date {
  const { claim } = task.status ?? {};
  if (!claim) return bounds.concludeTime;
  const lateMs = Date.parse(claim.time) + (task.spec.timeoutSeconds + bounds.taskGraceSeconds) * 1000;
  return new Date(Math.min(lateMs, bounds.concludeTime.getTime()));
}
