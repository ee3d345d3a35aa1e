import type {
  AcceptedReason,
  InvestigationReason,
  InvestigationStatus,
  InvestigationStatusFinding,
  InvestigationStatusStep,
} from '@nannyapi/crds';
import { setCondition, type Condition, type ConditionInput } from '@nannyapi/runtime';
import { readinessOf } from '../../agents/readiness.ts';
import { targetStatusOf } from '../../targets/target.ts';
import { budgetOf } from './budget.ts';
import type { Ending } from './ending.ts';
import type { RunLimits } from './limits.ts';
import { boundsOf } from './plan.ts';
import { isFinished, nextStepOf, startTimeOf, type Run, type Step } from './run.ts';
import { outcomeOf } from './task-state.ts';
import { actionsDoneOf, actionsRefusedOf, usageOf, type TokenUsage } from './usage.ts';

/** What a pass knows beside the stored objects. */
export interface StatusFacts {
  limits: RunLimits;
  now: Date;
  /** The diagnostician's name. */
  diagnostician: string;
  policyHash: string;
  /** An episode id to store if the run has none. */
  newEpisodeID: string;
  /** What the rules found in this pass; absent keeps what is stored. */
  findings?: readonly InvestigationStatusFinding[];
  /** Set when the run ends in this pass. */
  ending?: Ending & { usage?: TokenUsage | undefined };
}

/** Bounds of the CRD. */
const MAX_MESSAGE_CHARS = 2048;
const MAX_FINDINGS = 32;
const MAX_STEPS = 64;

/**
 * The whole status of a run, worked out anew from its objects.
 *
 * Of a finished run only late results of steps are still filled in: its verdict and its cost stand for good.
 */
export function statusOf(run: Run, facts: StatusFacts): InvestigationStatus {
  const { investigation } = run;
  const stored = investigation.status ?? {};
  const steps = stepsStatus(run, facts);
  if (isFinished(investigation)) return { ...stored, ...(steps.length > 0 ? { steps } : {}) };
  const { ending, now } = facts;
  const conditions = conditionsOf(run, facts);
  const startTime = startTimeOf(run);
  const findings = facts.findings?.slice(0, MAX_FINDINGS) ?? stored.findings;
  return {
    phase: phaseOf(conditions, nextStepOf(run) > 0),
    conditions,
    episodeID: stored.episodeID ?? facts.newEpisodeID,
    target: targetStatusOf(run.target),
    diagnostician: facts.diagnostician,
    policyHash: facts.policyHash,
    ...(startTime === undefined ? {} : { startTime }),
    ...(ending ? { completionTime: `${now.toISOString().slice(0, 19)}Z` } : {}),
    steps,
    ...(findings ? { findings } : {}),
    ...(ending?.resolution ? { resolution: ending.resolution } : {}),
    usage: usageOf(run.steps, ending?.usage),
  };
}

function conditionsOf(run: Run, facts: StatusFacts): Condition[] {
  const inputs = [acceptedOf(run), agentReadyOf(run, facts), ...outcomeConditions(run, facts)];
  const { generation } = run.investigation.metadata;
  return inputs.reduce<Condition[]>(
    (conditions, input) =>
      setCondition(
        conditions,
        { ...input, message: input.message.slice(0, MAX_MESSAGE_CHARS), observedGeneration: generation },
        facts.now,
      ),
    run.investigation.status?.conditions ?? [],
  );
}

function acceptedOf(run: Run): ConditionInput {
  const type = 'Accepted';
  const { target, investigation } = run;
  const accepted = (message: string): ConditionInput => ({ type, status: 'True', reason: 'Accepted', message });
  const refused = (reason: AcceptedReason, message: string): ConditionInput => ({
    type,
    status: 'False',
    reason,
    message,
  });
  const { agent, hindrance, nodeName } = target;
  if (run.agent !== undefined || nextStepOf(run) > 0) {
    if (investigation.spec.agentRef) return accepted(`Agent ${agent?.name} is the target`);
    const where = nodeName === undefined || target.subject === `node/${nodeName}` ? '' : ` on node ${nodeName}`;
    return accepted(`Agent ${agent?.namespace}/${agent?.name} is asked about ${target.subject}${where}`);
  }
  if (hindrance) return refused(hindrance.reason, hindrance.message);
  const message = `There is no Agent ${agent?.name} in this namespace; kubectl get agents lists those there are`;
  return refused('TargetNotFound', message);
}

function agentReadyOf(run: Run, { limits, now }: StatusFacts): ConditionInput {
  const type = 'AgentReady';
  if (!run.agent) return { type, status: 'Unknown', reason: 'AgentNotFound', message: 'There is no agent to ask' };
  const { isReady, reason, message } = readinessOf(run.agent, limits.silence, now);
  return { type, status: isReady ? 'True' : 'False', reason, message };
}

function outcomeConditions(run: Run, { ending }: StatusFacts): ConditionInput[] {
  if (!ending) return pendingConditions(run);
  const hasVerdict = ending.resolution !== undefined;
  return [
    { type: 'Diagnosed', status: hasVerdict ? 'True' : 'False', reason: ending.reason, message: ending.message },
    { type: 'Succeeded', status: hasVerdict ? 'True' : 'False', reason: ending.reason, message: ending.message },
  ];
}

function pendingConditions(run: Run): ConditionInput[] {
  const { reason, message } = progressOf(run);
  return ['Diagnosed', 'Succeeded'].map((type) => ({ type, status: 'Unknown', reason, message }));
}

function progressOf(run: Run): { reason: InvestigationReason; message: string } {
  if (run.investigation.spec.suspend)
    return { reason: 'Suspended', message: 'spec.suspend is set: no new step begins' };
  const last = run.steps.at(-1);
  if (!last) return { reason: 'Pending', message: 'The run has not begun' };
  if (last.task.status?.outcome !== undefined) {
    return { reason: 'InProgress', message: `Step ${last.index} ended; the diagnostician chooses the next move` };
  }
  const what = last.index === 0 ? 'collecting the context' : (last.task.spec.hypothesis ?? 'testing a hypothesis');
  return { reason: 'InProgress', message: `Step ${last.index}: ${what}` };
}

function phaseOf(conditions: readonly Condition[], hasBegun: boolean): NonNullable<InvestigationStatus['phase']> {
  const succeeded = conditions.find(({ type }) => type === 'Succeeded');
  if (succeeded?.status === 'True') return 'Completed';
  if (succeeded?.status === 'False') return 'Failed';
  return hasBegun ? 'InProgress' : 'Pending';
}

/** The steps as their tasks show them; one whose task is gone stays as it was told. */
function stepsStatus(run: Run, { limits, now }: StatusFacts): InvestigationStatusStep[] {
  const bounds = boundsOf(budgetOf(run, now), limits);
  const present = run.steps.map((step) => stepStatus(step, outcomeOf(step.task, bounds, now)));
  const indexes = new Set(present.map(({ index }) => index));
  const gone = (run.investigation.status?.steps ?? []).filter(({ index }) => !indexes.has(index));
  return [...gone, ...present].sort((a, b) => a.index - b.index).slice(0, MAX_STEPS);
}

function stepStatus({ index, task }: Step, outcome: InvestigationStatusStep['outcome']): InvestigationStatusStep {
  const { spec, status, metadata } = task;
  return {
    index,
    taskRef: { name: metadata.name ?? '' },
    ...(spec.hypothesis === undefined ? {} : { hypothesis: spec.hypothesis }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(spec.type === 'Diagnose' ? { actionsDone: actionsDoneOf(task), actionsRefused: actionsRefusedOf(task) } : {}),
    ...(spec.inferenceID === undefined ? {} : { inferenceID: spec.inferenceID }),
    ...(spec.inputTokens === undefined ? {} : { inputTokens: spec.inputTokens }),
    ...(spec.outputTokens === undefined ? {} : { outputTokens: spec.outputTokens }),
    ...(metadata.creationTimestamp === undefined ? {} : { startTime: metadata.creationTimestamp }),
    ...(status?.completionTime === undefined ? {} : { completionTime: status.completionTime }),
  };
}
