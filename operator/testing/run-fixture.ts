import type {
  Agent,
  AgentStatus,
  AgentTask,
  AgentTaskSpec,
  AgentTaskStatus,
  Investigation,
  InvestigationSpec,
  InvestigationStatus,
} from '@nannyapi/crds';
import { stepsOf, type Run } from '../src/controllers/investigation/run.ts';
import type { Target } from '../src/targets/target.ts';

/** When the run of the fixture began. */
export const START = new Date('2026-03-01T12:00:00Z');
/** Its episode. */
export const EPISODE = '0195512a-5800-7000-8000-000000000000';
const HASH = `sha256:${'a'.repeat(64)}`;

/** A moment of the fixture's run. */
export function after(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000);
}

/** An object of API server form, without what the table is about. */
export function investigationWith(
  spec: Partial<InvestigationSpec> = {},
  status: InvestigationStatus = { episodeID: EPISODE },
  annotations: Record<string, string> = { 'nannyai.dev/run-uid': 'uid-1' },
): Investigation {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name: 'slow', namespace: 'default', uid: 'uid-1', generation: 1, annotations },
    spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?', ...spec },
    status,
  };
}

/** An agent that spoke at {@link START} plus `seenAfterSeconds` and is connected. */
export function agentWith(spec: Agent['spec'] = {}, status: AgentStatus = {}, seenAfterSeconds = 0): Agent {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: { name: 'web-1', namespace: 'default', uid: 'uid-agent' },
    spec,
    status: { lastSeenTime: after(seenAfterSeconds).toISOString(), connectedTime: START.toISOString(), ...status },
  };
}

/** The task of one step, created so many seconds after the start. */
export function task(
  index: number,
  status: AgentTaskStatus = { outcome: 'Succeeded' },
  spec: Partial<AgentTaskSpec> = {},
  createdAfterSeconds = index * 10,
): AgentTask {
  const kind: Pick<AgentTaskSpec, 'type' | 'collectContext' | 'actions'> =
    index === 0
      ? { type: 'CollectContext', collectContext: {} }
      : { type: 'Diagnose', actions: [{ id: 'a1', run: { argv: ['df', '-h'] } }] };
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentTask',
    metadata: {
      name: `slow-0123abcd-${index}`,
      namespace: 'default',
      creationTimestamp: after(createdAfterSeconds).toISOString(),
    },
    spec: { agentRef: { name: 'web-1' }, policyHash: HASH, timeoutSeconds: 30, ...kind, ...spec },
    status,
  };
}

/** A step whose whole move was refused. */
export function refusedTask(index: number, rule: string, createdAfterSeconds?: number): AgentTask {
  return task(
    index,
    { outcome: 'Succeeded' },
    { actions: [], refused: [{ action: 'x', rule, message: `${rule}: no` }] },
    createdAfterSeconds,
  );
}

/** A run as an observer would see it. */
export function runOf(
  parts: { investigation?: Investigation; agent?: Agent | undefined; tasks?: AgentTask[]; target?: Target } = {},
): Run {
  const agent = 'agent' in parts ? parts.agent : agentWith();
  return {
    investigation: parts.investigation ?? investigationWith(),
    target: parts.target ?? { subject: 'agent/web-1', agent: { namespace: 'default', name: 'web-1' } },
    agent,
    steps: stepsOf(parts.tasks ?? []),
  };
}
