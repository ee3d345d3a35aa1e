import { checkAction, isRefusal, POLICY_HASH, type PolicyVerdict } from '@nannyapi/protocol';
import type { MoveAction } from './move.ts';

/** What the safety policy says to one action. */
export type ActionJudgement =
  | {
      verdict: 'accept';
      /** What is dispatched: the action as the policy understood it, which is not always as it was written. */
      action: MoveAction;
      /** After this many seconds the agent ends it. */
      deadlineSeconds: number;
    }
  | { verdict: 'refuse'; rule: string; message: string };

/** The safety policy as the operator applies it before dispatch; the agent applies its own before exec. */
export interface ActionPolicy {
  /** `sha256:…` of the whole policy, stored with each step. */
  readonly hash: string;
  judge(action: MoveAction): ActionJudgement;
}

/** What starting and ending bpftrace costs beside the trace itself, in seconds. */
const TRACE_OVERHEAD_SECONDS = 15;

/** The policy that operator and agents share. */
export const sharedPolicy: ActionPolicy = {
  hash: POLICY_HASH,
  judge(action) {
    const verdict = checkAction(action);
    return isRefusal(verdict) ? verdict : accepted(action, verdict);
  },
};

function accepted(action: MoveAction, verdict: PolicyVerdict): ActionJudgement {
  if (action.tool === 'run' && 'argv' in verdict) {
    const { argv, deadlineSeconds } = verdict;
    return { verdict: 'accept', action: { tool: 'run', argv: [...argv] }, deadlineSeconds };
  }
  if (action.tool === 'trace' && 'program' in verdict) {
    const { durationSeconds } = action;
    const printed = { tool: 'trace', program: verdict.program, durationSeconds } as const;
    return { verdict: 'accept', action: printed, deadlineSeconds: durationSeconds + TRACE_OVERHEAD_SECONDS };
  }
  return { verdict: 'accept', action, deadlineSeconds: 0 };
}
