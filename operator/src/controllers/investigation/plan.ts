import type { InvestigationReason } from '@nannyapi/crds';
import { findCondition } from '@nannyapi/runtime';
import { readinessOf } from '../../agents/readiness.ts';
import { isTargetFixed } from '../../targets/target.ts';
import { budgetOf, type RunBudget } from './budget.ts';
import { concludeWithoutVerdict } from './conclude-without-verdict.ts';
import type { Ending } from './ending.ts';
import { limitsOf, type RunLimits } from './limits.ts';
import { isContextLost, isCopy, isFinished, nextStepOf, type Run, type Step } from './run.ts';
import { cancelTimeOf, outcomeOf, type TaskBounds } from './task-state.ts';

/** What a run needs next. */
export type Plan =
  /** Nothing until an object changes or the seconds are over. */
  | { kind: 'Wait'; seconds?: number }
  /** Collect the context: the first step, and again when what it brought was lost. */
  | { kind: 'Collect' }
  /** Ask the diagnostician for the next move. */
  | { kind: 'Consult'; budget: RunBudget }
  /** Ask the agent to stop what it does. */
  | { kind: 'CancelTasks'; steps: readonly Step[]; seconds: number }
  | { kind: 'Finish'; ending: Ending; cancel: readonly Step[] }
  /** The finished run is old enough to go. */
  | { kind: 'Delete' };

/** Decides what a run needs next, from its stored objects and the time alone; the first rule that applies decides. */
export function planNext(run: Run, limits: RunLimits, now: Date): Plan {
  const { investigation } = run;
  const { spec } = investigation;
  if (isFinished(investigation)) return planFinished(run, limits, now);
  const open = openSteps(run, limits, now);
  const finish = (reason: InvestigationReason, message: string): Plan => finishing({ reason, message }, open);
  if (isCopy(investigation)) {
    return finish(
      'Restored',
      'This object is a copy of another run (an export, a backup), and nothing runs twice. Create a new Investigation',
    );
  }
  if (spec.cancel) return finish('Cancelled', 'Somebody set spec.cancel');
  if (spec.suspend) return { kind: 'Wait' };
  return nextStepOf(run) === 0 ? planStart(run, limits, now) : planRunning(run, { limits, open, now });
}

function planFinished(run: Run, limits: RunLimits, now: Date): Plan {
  const uncancelled = openSteps(run, limits, now).filter(({ task }) => !task.spec.cancel);
  if (uncancelled.length > 0) return { kind: 'CancelTasks', steps: uncancelled, seconds: limits.taskGraceSeconds };
  const { spec, status } = run.investigation;
  if (spec.ttlSecondsAfterFinished === undefined || status?.completionTime === undefined) return { kind: 'Wait' };
  const deleteMs = Date.parse(status.completionTime) + spec.ttlSecondsAfterFinished * 1000;
  return deleteMs <= now.getTime()
    ? { kind: 'Delete' }
    : { kind: 'Wait', seconds: secondsUntil(new Date(deleteMs), now) };
}

/** Waits for the target within the deadline, counted from when it was first found missing. */
function planStart(run: Run, limits: RunLimits, now: Date): Plan {
  const { investigation, agent, target } = run;
  const readiness = agent && readinessOf(agent, limits.silence, now);
  // Who is asked is stored before anybody is; the write of the status wakes the run again.
  if (readiness?.isReady) return isTargetFixed(investigation, target) ? { kind: 'Collect' } : { kind: 'Wait' };
  const hindrance = ['Accepted', 'AgentReady']
    .map((type) => findCondition(investigation.status?.conditions, type))
    .find((condition) => condition?.status === 'False');
  const sinceMs = hindrance ? Date.parse(hindrance.lastTransitionTime) : now.getTime();
  const deadlineTime = new Date(sinceMs + limitsOf(investigation).deadlineSeconds * 1000);
  if (now < deadlineTime) {
    const recheckSeconds = target.hindrance?.recheckSeconds ?? Infinity;
    return { kind: 'Wait', seconds: Math.min(recheckSeconds, secondsUntil(deadlineTime, now)) };
  }
  const message = `The run could not begin in time: ${hindrance?.message ?? readiness?.message ?? 'there is no agent'}`;
  return finishing({ reason: 'DeadlineExceeded', message }, []);
}

function planRunning(run: Run, context: { limits: RunLimits; open: readonly Step[]; now: Date }): Plan {
  const { limits, open, now } = context;
  const { agent, target, investigation } = run;
  const budget = budgetOf(run, now);
  if (now >= budget.deadlineTime) {
    const message = `No verdict within ${limitsOf(investigation).deadlineSeconds} seconds`;
    return finishing({ reason: 'DeadlineExceeded', message }, open);
  }
  const lost = (message: string): Plan => finishing({ reason: 'AgentLost', message }, open);
  if (!agent) return lost(`Agent ${target.agent?.name} was deleted while the run went on`);
  const readiness = readinessOf(agent, limits.silence, now);
  if (readiness.reason === 'Revoked') return lost(readiness.message);
  if (open.length > 0) {
    const listenedSeconds = (now.getTime() - limits.listeningSince.getTime()) / 1000;
    const silentSeconds = Math.min(readiness.silentForSeconds, listenedSeconds);
    if (silentSeconds > limits.agentLostGraceSeconds) return lost(readiness.message);
    return planOpen(open, { limits, budget, now });
  }
  if (budget.isExhausted) return finishing(concludeWithoutVerdict(run, budget), []);
  // The episode and the start are stored before the first model call; the write of the status wakes the run again.
  if (investigation.status?.episodeID === undefined) return { kind: 'Wait' };
  if (readiness.reason === 'Suspended' && budget.mustConcludeBecause === undefined) {
    return { kind: 'Wait', seconds: secondsUntil(budget.concludeTime, now) };
  }
  if (isContextLost(run) && budget.mustConcludeBecause === undefined) {
    // Whoever is asked now would know nothing; the agent's return wakes the run.
    return readiness.isReady ? { kind: 'Collect' } : { kind: 'Wait', seconds: secondsUntil(budget.concludeTime, now) };
  }
  return { kind: 'Consult', budget };
}

/** While a step runs: cancels it when it is late, and looks again whenever time alone may change the answer. */
function planOpen(open: readonly Step[], context: { limits: RunLimits; budget: RunBudget; now: Date }): Plan {
  const { limits, budget, now } = context;
  const bounds = boundsOf(budget, limits);
  const late = open.filter(({ task }) => !task.spec.cancel && now >= cancelTimeOf(task, bounds));
  if (late.length > 0) return { kind: 'CancelTasks', steps: late, seconds: limits.taskGraceSeconds };
  const waits = open.map(({ task }) => {
    const dueMs = cancelTimeOf(task, bounds).getTime() + (task.spec.cancel ? limits.taskGraceSeconds * 1000 : 0);
    return secondsUntil(new Date(dueMs), now);
  });
  // Silence of the agent is looked for at this pace; nothing tells of it but the clock.
  return {
    kind: 'Wait',
    seconds: Math.min(...waits, secondsUntil(budget.deadlineTime, now), limits.silence.disconnectedSeconds),
  };
}

/** The steps whose tasks are not over. */
export function openSteps(run: Run, limits: RunLimits, now: Date): Step[] {
  const bounds = boundsOf(budgetOf(run, now), limits);
  return run.steps.filter(({ task }) => outcomeOf(task, bounds, now) === undefined);
}

/** The bounds of the tasks of a run. */
export function boundsOf(budget: RunBudget, limits: RunLimits): TaskBounds {
  return { concludeTime: budget.concludeTime, taskGraceSeconds: limits.taskGraceSeconds };
}

function finishing(ending: Ending, open: readonly Step[]): Plan {
  return { kind: 'Finish', ending, cancel: open.filter(({ task }) => !task.spec.cancel) };
}

/** Whole seconds, at least one, so that a timer never fires just before its time. */
function secondsUntil(time: Date, now: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - now.getTime()) / 1000));
}
