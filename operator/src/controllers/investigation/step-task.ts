import {
  AGENT_LABEL,
  agentLabelValue,
  API_VERSION,
  INVESTIGATION_LABEL,
  STEP_LABEL,
  type AgentTask,
  type AgentTaskSpec,
} from '@nannyapi/crds';
import { controllerReference } from '@nannyapi/runtime';
import type { RunBudget } from './budget.ts';
import type { Consulted } from './consult.ts';
import type { JudgedActions } from '../../moves/judge-diagnose.ts';
import type { RunLimits } from './limits.ts';
import type { Run } from './run.ts';
import { taskName } from './task-name.ts';

/** What a step's task takes from outside its run. */
export interface StepContext {
  limits: RunLimits;
  budget: RunBudget;
  policyHash: string;
  /** What the API server knows of the target; absent where there is no cluster to ask. */
  clusterContext?: AgentTaskSpec['clusterContext'];
}

/** Longest task that the CRD allows, in seconds. */
const MAX_TIMEOUT_SECONDS = 3600;
/** Smallest output that the CRD allows a task, in bytes. */
const MIN_OUTPUT_BYTES = 4096;
/** What starting and stopping costs beside the work itself, in seconds. */
const OVERHEAD_SECONDS = 10;
/** Reading every item of the context, in seconds; the sample comes on top. */
const COLLECT_SECONDS = 60;

/** The task of step 0: collect the context. */
export function contextTask(run: Run, context: StepContext): AgentTask {
  const { sampleSeconds } = context.limits;
  return taskOf(run, context, {
    type: 'CollectContext',
    collectContext: { sampleSeconds },
    ...boundsOf(context, COLLECT_SECONDS + sampleSeconds),
  });
}

/** The task of one diagnostic move. */
export function diagnoseTask(
  run: Run,
  context: StepContext,
  move: { judged: JudgedActions; consulted: Consulted },
): AgentTask {
  const { judged, consulted } = move;
  const { inferenceID, usage } = consulted;
  return taskOf(run, context, {
    type: 'Diagnose',
    ...(judged.hypothesis === '' ? {} : { hypothesis: judged.hypothesis }),
    actions: judged.actions,
    ...(judged.refused.length > 0 ? { refused: judged.refused } : {}),
    ...(inferenceID === undefined ? {} : { inferenceID }),
    ...(usage ? { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens } : {}),
    ...boundsOf(context, judged.deadlineSeconds + OVERHEAD_SECONDS),
  });
}

type Bounds = Pick<AgentTaskSpec, 'timeoutSeconds' | 'maxOutputBytes' | 'notAfterTime'>;

/** A step ends early enough for a verdict, and no later than its run. */
function boundsOf({ limits, budget }: StepContext, wantedSeconds: number): Bounds {
  const longest = Math.max(1, Math.min(MAX_TIMEOUT_SECONDS, budget.secondsLeft));
  return {
    timeoutSeconds: Math.min(Math.ceil(wantedSeconds), longest),
    maxOutputBytes: Math.max(MIN_OUTPUT_BYTES, Math.min(limits.taskMaxOutputBytes, budget.bytesLeft)),
    notAfterTime: `${budget.deadlineTime.toISOString().slice(0, 19)}Z`,
  };
}

function taskOf(run: Run, context: StepContext, spec: Omit<AgentTaskSpec, 'agentRef' | 'policyHash'>): AgentTask {
  const { investigation, target } = run;
  const { name = '', namespace = '' } = investigation.metadata;
  const agent = target.agent ?? { namespace, name: '' };
  const { nextStep } = context.budget;
  return {
    apiVersion: API_VERSION,
    kind: 'AgentTask',
    metadata: {
      name: taskName(investigation, nextStep),
      namespace,
      labels: {
        [INVESTIGATION_LABEL]: labelValue(name),
        [STEP_LABEL]: String(nextStep),
        [AGENT_LABEL]: agentLabelValue(agent),
      },
      ownerReferences: [controllerReference(investigation)],
    },
    spec: {
      agentRef: { name: agent.name, ...(agent.namespace === namespace ? {} : { namespace: agent.namespace }) },
      policyHash: context.policyHash,
      ...spec,
      ...(context.clusterContext ? { clusterContext: context.clusterContext } : {}),
    },
  };
}

/** A label value has at most 63 characters and ends with a letter or digit. */
function labelValue(name: string): string {
  return name.slice(0, 63).replace(/[-.]+$/, '');
}
