import type { Progress, Task, TaskResult } from '@nannyapi/protocol';
import type { OutputBudget } from '../output/output-budget.ts';

/** What one action or context item brought, as the wire has it. */
export type ActionResult = TaskResult['results'][number];
/** How one action ended. */
export type ActionOutcome = ActionResult['outcome'];
/** How a task ended. */
export type TaskOutcome = TaskResult['outcome'];
/** The kinds of work. */
export type TaskType = Task['spec']['type'];

/** How a handler says that its task is over. */
export interface TaskEnd {
  outcome: TaskOutcome;
  message?: string;
}

/** What a handler gets with a task. */
export interface TaskCall {
  task: Task;
  /**
   * Aborts with a CodedError: `DeadlineExceeded` at the task's timeout, `TaskCancelled`, or `ShuttingDown`.
   * What runs then must be killed, and what there is reported.
   */
  signal: AbortSignal;
  /** How much output may still be sent for this task. */
  budget: OutputBudget;
  /** Seconds of wall time that are left. */
  remainingSeconds(): number;
  /** Tells people who follow; never waits, never fails. */
  progress(progress: Omit<Progress, 'time'>): void;
  /** Journals that an action's program runs, and where to find it. */
  actionStarted(action: { actionID: string; source: string; pid?: number; startTicks?: number }): Promise<void>;
  /** Journals and keeps what an action brought. */
  actionEnded(result: ActionResult): Promise<void>;
}

/** One kind of work. */
export interface TaskHandler {
  type: TaskType;
  run(call: TaskCall): Promise<TaskEnd>;
}
