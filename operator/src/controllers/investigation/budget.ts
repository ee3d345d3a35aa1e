import type { AgentTask } from '@nannyapi/crds';
import type { Budget } from '../../diagnosticians/diagnostician.ts';
import { byteLength } from '../../evidence/text-window.ts';
import { CONCLUDE_AFTER_SHARE, limitsOf, MAX_CONCLUSIONS, MAX_REFUSED_IN_A_ROW } from './limits.ts';
import { nextStepOf, startTimeOf, type Run, type Step } from './run.ts';

/** What is left of a run, and what that means for its next move. */
export interface RunBudget extends Budget {
  /** The number of the next step. */
  nextStep: number;
  /** Why the next move must be a verdict; absent while it need not. */
  mustConcludeBecause?: string;
  /** True when even conclusions were asked for often enough. */
  isExhausted: boolean;
  /** When the run is asked to conclude. */
  concludeTime: Date;
  /** When the run ends. */
  deadlineTime: Date;
}

/** Works out what is left. Before the first step the time counts from `now`. */
export function budgetOf(run: Run, now: Date): RunBudget {
  const { maxSteps, deadlineSeconds, maxOutputBytes } = limitsOf(run.investigation);
  const startMs = Date.parse(startTimeOf(run) ?? now.toISOString());
  const deadlineTime = new Date(startMs + deadlineSeconds * 1000);
  const concludeTime = new Date(startMs + deadlineSeconds * 1000 * CONCLUDE_AFTER_SHARE);
  const nextStep = nextStepOf(run);
  const refused = refusedInARow(run.steps);
  const bytesLeft = Math.max(0, maxOutputBytes - outputBytesOf(run.steps));
  const because =
    nextStep > maxSteps
      ? `all ${maxSteps} steps are used`
      : now >= concludeTime
        ? 'the time is nearly up'
        : bytesLeft === 0
          ? 'the room for output is used up'
          : refused.length >= MAX_REFUSED_IN_A_ROW
            ? `the last ${refused.length} moves were refused`
            : undefined;
  return {
    stepsLeft: Math.max(0, maxSteps - nextStep + 1),
    secondsLeft: Math.max(0, Math.floor((deadlineTime.getTime() - now.getTime()) / 1000)),
    bytesLeft,
    nextStep,
    ...(because === undefined ? {} : { mustConcludeBecause: because }),
    isExhausted:
      nextStep > maxSteps + MAX_CONCLUSIONS ||
      refused.length >= MAX_REFUSED_IN_A_ROW + MAX_CONCLUSIONS ||
      refused.filter(({ task }) => Date.parse(task.metadata.creationTimestamp ?? '') >= concludeTime.getTime())
        .length >= MAX_CONCLUSIONS,
    concludeTime,
    deadlineTime,
  };
}

/** Bytes of output that the steps of a run stored. Of a cut output no more than its task was allowed is stored. */
export function outputBytesOf(steps: readonly Step[]): number {
  return steps.reduce((total, { task }) => total + outputBytesOfTask(task), 0);
}

function outputBytesOfTask(task: AgentTask): number {
  const bytes = (task.status?.results ?? []).reduce(
    (total, { outputBytes, preview = '' }) => total + (outputBytes ?? byteLength(preview)),
    0,
  );
  return Math.min(bytes, task.spec.maxOutputBytes ?? bytes);
}

/** The steps at the end that did nothing, because nothing of their move was accepted. */
export function refusedInARow(steps: readonly Step[]): readonly Step[] {
  const lastThatRan = steps.findLastIndex(
    ({ task }) => task.spec.type !== 'Diagnose' || (task.spec.actions ?? []).length > 0,
  );
  return steps.slice(lastThatRan + 1);
}
