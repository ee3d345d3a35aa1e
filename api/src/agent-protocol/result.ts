import { AgentTaskCondition, type AgentTask, type AgentTaskStatus } from '@nannyapi/crds';
import type { ErrorDetail } from '@nannyapi/process';
import type { TaskResult } from '@nannyapi/protocol';
import { setCondition } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';

/** What a result leads to: it was stored before, it is to be written, or it is refused. */
export type ResultDecision =
  | { kind: 'Stands' }
  | { kind: 'Write'; status: AgentTaskStatus }
  | { kind: 'Refuse'; error: ApiError };

/** Outcomes that an agent may report without a claim, because nothing was started. */
const WITHOUT_CLAIM: readonly string[] = ['Cancelled', 'Refused'];

/**
 * Decides one result from one state of the task. The first result counts; the same one again is acknowledged.
 *
 * Only the journal that claimed a task may say how it went. Another journal of the same agent (it lost its disk)
 * may say that it does not know: `Unknown`, and nothing else.
 */
export function decideResult(task: AgentTask, result: TaskResult, now: Date): ResultDecision {
  const { claim, outcome } = task.status ?? {};
  const isClaimer = claim?.journalID === result.journalID;
  if (outcome !== undefined) {
    const isRepeated = outcome === result.outcome && (!claim || isClaimer || outcome === 'Unknown');
    return isRepeated ? { kind: 'Stands' } : refuse('TaskEnded', `The task has ended with outcome ${outcome}`);
  }
  if (!claim && !WITHOUT_CLAIM.includes(result.outcome))
    return refuse('Conflict', 'Claim the task first; without a claim it can only end Cancelled or Refused');
  if (claim && !isClaimer && result.outcome !== 'Unknown')
    return refuse('TaskClaimedElsewhere', `Journal ${claim.journalID} claimed it; another can only report Unknown`);
  const faults = findResultFaults(task, result);
  if (faults.length > 0)
    return {
      kind: 'Refuse',
      error: new ApiError('ValidationFailed', 'The results do not fit the task', { details: faults }),
    };
  return { kind: 'Write', status: endedStatus(task, result, now) };
}

/** The whole end of a task, for one write. */
function endedStatus(task: AgentTask, result: TaskResult, now: Date): AgentTaskStatus {
  const { outcome, message, results } = result;
  const conditions = setCondition(
    task.status?.conditions,
    {
      type: AgentTaskCondition.Succeeded,
      status: outcome === 'Succeeded' ? 'True' : 'False',
      reason: outcome,
      message: message ?? '',
      observedGeneration: task.metadata.generation,
    },
    now,
  );
  return { outcome, ...(message ? { message } : {}), results, completionTime: now.toISOString(), conditions };
}

/** Results of actions that were never asked for, and evidence that is not the task's own. */
function findResultFaults(task: AgentTask, result: TaskResult): ErrorDetail[] {
  const asked = new Set(task.spec.actions?.map((action) => action.id));
  return result.results.flatMap(({ actionID, evidence = [] }, at) => {
    const faults: ErrorDetail[] = [];
    if (task.spec.type === 'Diagnose' && !asked.has(actionID))
      faults.push({
        field: `results[${at}].actionID`,
        message: `must be an action of the task: ${[...asked].join(', ')}`,
      });
    const own = `${task.metadata.name}-${actionID}-`;
    evidence.forEach((name, index) => {
      if (name.startsWith(own) && /^(stdout|stderr)-\d+$/.test(name.slice(own.length))) return;
      faults.push({ field: `results[${at}].evidence[${index}]`, message: `must be ${own}<stdout|stderr>-<chunk>` });
    });
    return faults;
  });
}

function refuse(code: 'TaskEnded' | 'Conflict' | 'TaskClaimedElsewhere', detail: string): ResultDecision {
  return { kind: 'Refuse', error: new ApiError(code, detail) };
}
