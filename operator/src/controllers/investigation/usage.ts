import type { AgentTask, InvestigationStatusUsage } from '@nannyapi/crds';
import { outputBytesOf } from './budget.ts';
import type { Step } from './run.ts';

/** Tokens of one model call. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
}

/**
 * What a run cost: the sum of its steps.
 *
 * @param last tokens of the call that brought the verdict, which is no step of its own
 */
export function usageOf(steps: readonly Step[], last?: TokenUsage): InvestigationStatusUsage {
  const tasks = steps.map(({ task }) => task);
  return {
    steps: steps.length,
    actions: sum(tasks.map(actionsDoneOf)),
    refusals: sum(tasks.map(actionsRefusedOf)),
    inputTokens: sum(tasks.map(({ spec }) => spec.inputTokens ?? 0)) + (last?.inputTokens ?? 0),
    outputTokens: sum(tasks.map(({ spec }) => spec.outputTokens ?? 0)) + (last?.outputTokens ?? 0),
    outputBytes: outputBytesOf(steps),
  };
}

/** Commands and traces of a task that ran to an end, whatever they ended with. */
export function actionsDoneOf(task: AgentTask): number {
  if (task.spec.type !== 'Diagnose') return 0;
  const reads = new Set((task.spec.actions ?? []).filter(({ read }) => read).map(({ id }) => id));
  return (task.status?.results ?? []).filter(
    ({ actionID, outcome }) => !reads.has(actionID) && (outcome === 'Succeeded' || outcome === 'Failed'),
  ).length;
}

/** What a task's move asked for and neither policy allowed, the operator's nor the agent's. */
export function actionsRefusedOf(task: AgentTask): number {
  const byAgent = (task.status?.results ?? []).filter(({ outcome }) => outcome === 'Refused').length;
  return (task.spec.refused ?? []).length + byAgent;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
