import { RUN_UID_ANNOTATION, type Agent, type AgentTask, type Investigation } from '@nannyapi/crds';
import { findCondition, type Condition } from '@nannyapi/runtime';
import type { Target } from '../../targets/target.ts';
import { stepOfTaskName } from './task-name.ts';

/** A step and the task that is it. */
export interface Step {
  index: number;
  task: AgentTask;
}

/** One run as its stored objects show it. Everything that is decided is decided from this and the time. */
export interface Run {
  investigation: Investigation;
  target: Target;
  /** The agent, if it exists. */
  agent: Agent | undefined;
  /** Steps in order. */
  steps: readonly Step[];
}

/** Puts the tasks of a run in order; what is no step of it (a foreign name) is left out. */
export function stepsOf(tasks: readonly AgentTask[]): Step[] {
  return tasks
    .flatMap((task) => {
      const index = stepOfTaskName(task.metadata.name ?? '');
      return index === undefined ? [] : [{ index, task }];
    })
    .sort((a, b) => a.index - b.index);
}

/** When the run began: with its first task. */
export function startTimeOf({ investigation, steps }: Run): string | undefined {
  return investigation.status?.startTime ?? steps[0]?.task.metadata.creationTimestamp;
}

/**
 * The number of the next step: one more than any that was ever stored.
 *
 * A task that somebody deleted stays in the status; its number is not given again, for evidence ids must stay unique and
 * what it ran must not run again.
 */
export function nextStepOf({ investigation, steps }: Run): number {
  const told = investigation.status?.steps?.at(-1)?.index ?? -1;
  return Math.max(told, steps.at(-1)?.index ?? -1) + 1;
}

/** How often the context is collected before the diagnostician is asked without one. */
const MAX_COLLECTIONS = 3;

/**
 * Whether the run has nothing to go by, and collecting the context again may help: the agent died in the middle of it.
 *
 * Collecting again is a new step; the lost one is never repeated.
 */
export function isContextLost({ steps }: Run): boolean {
  const mayCollect = steps.length > 0 && steps.length < MAX_COLLECTIONS;
  return mayCollect && steps.every(({ task }) => task.spec.type === 'CollectContext' && isLost(task));
}

/** A host that hangs never reports an outcome: asking it again would hang again. */
function isLost({ status }: AgentTask): boolean {
  if (status?.outcome === undefined || status.outcome === 'Succeeded') return false;
  return !status.results?.some(({ outcome }) => outcome === 'Succeeded');
}

/** Whether the run ended, well or not. */
export function isFinished(investigation: Investigation): boolean {
  const succeeded = succeededOf(investigation);
  return succeeded !== undefined && succeeded.status !== 'Unknown';
}

/**
 * Whether the object is a copy of a run, from an export or a backup.
 *
 * It bears the uid of the original from its creation on, so there is no moment at which a copy could be taken for a run
 * that may begin. Its result, if the original had one, is written after it, by whoever made the copy.
 */
export function isCopy({ metadata }: Investigation): boolean {
  const runUID = metadata.annotations?.[RUN_UID_ANNOTATION];
  return runUID !== undefined && runUID !== metadata.uid;
}

/** Condition `Succeeded`. */
export function succeededOf(investigation: Investigation): Condition | undefined {
  return findCondition(investigation.status?.conditions, 'Succeeded');
}
