import type { AgentTask } from '@nannyapi/crds';
import type { ClaimRequest, ClaimResponse } from '@nannyapi/protocol';
import { ApiError } from '../http/api-error.ts';

/** What a claim leads to: the claim stands already, it is to be written, or it is refused. */
export type ClaimDecision =
  | { kind: 'Stands'; claim: ClaimResponse }
  | { kind: 'Write'; claim: ClaimResponse }
  | { kind: 'Refuse'; error: ApiError };

/**
 * Decides one claim from one state of the task.
 *
 * Every fact that refuses is final (an outcome, a claim, a cancel and a passed time never go away), so a refusal
 * from a stale copy is right too; only a grant must be written against the newest state.
 */
export function decideClaim(task: AgentTask, request: ClaimRequest, now: Date): ClaimDecision {
  const { status, spec, metadata } = task;
  if (status?.outcome !== undefined) return refuse('TaskEnded', `The task has ended with outcome ${status.outcome}`);
  if (status?.claim?.journalID === request.journalID) return { kind: 'Stands', claim: status.claim };
  if (status?.claim) return refuse('TaskClaimedElsewhere', `Journal ${status.claim.journalID} claimed it`);
  if (spec.cancel || metadata.deletionTimestamp) return refuse('TaskCancelled', 'Do not start it');
  if (spec.notAfterTime && Date.parse(spec.notAfterTime) <= now.getTime())
    return refuse('TaskExpired', `It had to start before ${spec.notAfterTime}`);
  return {
    kind: 'Write',
    claim: { journalID: request.journalID, time: now.toISOString(), policyHash: request.policyHash },
  };
}

function refuse(
  code: 'TaskEnded' | 'TaskClaimedElsewhere' | 'TaskCancelled' | 'TaskExpired',
  detail: string,
): ClaimDecision {
  return { kind: 'Refuse', error: new ApiError(code, detail) };
}
