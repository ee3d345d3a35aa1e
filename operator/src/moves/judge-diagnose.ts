import type { AgentTaskSpecAction, AgentTaskSpecRefused } from '@nannyapi/crds';
import type { ActionJudgement, ActionPolicy } from './action-policy.ts';
import { describeAction, fingerprintOf } from './fingerprint.ts';
import type { DiagnoseMove, MoveAction } from './move.ts';
import { findRepetition, type EarlierAction } from './repeated-move.ts';

/** What a step will do: the actions that may run and those that were refused. */
export interface JudgedActions {
  hypothesis: string;
  actions: AgentTaskSpecAction[];
  refused: AgentTaskSpecRefused[];
  /** The sum of the deadlines of the actions, for they run one after the other. */
  deadlineSeconds: number;
}

/** What a move is judged against. */
export interface JudgeContext {
  policy: ActionPolicy;
  ebpf: 'Allowed' | 'Forbidden';
  mustConclude: boolean;
  earlier: readonly EarlierAction[];
  /** Evidence ids of the run that may be read. */
  evidenceIDs: ReadonlySet<string>;
}

/** Splits a move into what runs and what is refused; the reasons teach what would do. */
export function judgeDiagnose(move: DiagnoseMove, context: JudgeContext): JudgedActions {
  const judged: JudgedActions = { hypothesis: move.hypothesis, actions: [], refused: [], deadlineSeconds: 0 };
  const earlier = [...context.earlier];
  for (const [index, action] of move.actions.entries()) {
    const judgement = judgeAction(action, move.hypothesis, { ...context, earlier });
    if (judgement.verdict === 'refuse') {
      judged.refused.push(refusal(describeAction(action), judgement.rule, judgement.message));
      continue;
    }
    const id = `a${index + 1}`;
    judged.actions.push({ id, ...specOf(judgement.action) });
    judged.deadlineSeconds += judgement.deadlineSeconds;
    earlier.push({
      fingerprint: fingerprintOf(judgement.action),
      evidenceID: `${id} of this move`,
      hypothesis: move.hypothesis,
      isHopeless: false,
    });
  }
  return judged;
}

/** A refusal within the bounds of its fields. */
export function refusal(action: string, rule: string, message: string): AgentTaskSpecRefused {
  return {
    action: action.replaceAll('\0', '').slice(0, 1024),
    rule: rule.slice(0, 64),
    message: message.replaceAll('\0', '').slice(0, 1024),
  };
}

function judgeAction(action: MoveAction, hypothesis: string, context: JudgeContext): ActionJudgement {
  if (context.mustConclude) {
    const message =
      'budget.spent: no more commands in this run. Accepted: one resolve move, Inconclusive if nothing is proved';
    return { verdict: 'refuse', rule: 'budget.spent', message };
  }
  if (action.tool === 'trace' && context.ebpf === 'Forbidden') {
    const message = 'trace.forbidden: this investigation allows no bpftrace programs. Accepted: run and read actions';
    return { verdict: 'refuse', rule: 'trace.forbidden', message };
  }
  if (action.tool === 'read' && !context.evidenceIDs.has(action.evidenceID)) {
    const message = `read.unknown: there is no evidence ${action.evidenceID} in this run. Accepted: an id that was shown`;
    return { verdict: 'refuse', rule: 'read.unknown', message };
  }
  const judgement = context.policy.judge(action);
  if (judgement.verdict === 'refuse') return judgement;
  const repetition = findRepetition({ fingerprint: fingerprintOf(judgement.action), hypothesis }, context.earlier);
  if (repetition === undefined) return judgement;
  return { verdict: 'refuse', rule: 'move.repeated', message: `move.repeated: ${repetition}` };
}

function specOf(action: MoveAction): Omit<AgentTaskSpecAction, 'id'> {
  const { tool, ...fields } = action;
  return { [tool]: fields };
}
