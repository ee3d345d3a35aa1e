import {
  AgentResource,
  AgentTaskResource,
  API_VERSION,
  INVESTIGATION_LABEL,
  InvestigationResource,
  STEP_LABEL,
  type Agent,
  type AgentTask,
  type AgentTaskSpec,
  type Investigation,
} from '@nannyapi/crds';
import { controllerReference, type KubeClient } from '@nannyapi/runtime';

/** A policy hash in the right form. */
export const POLICY = `sha256:${'a'.repeat(64)}`;
/** Journals of two agents' disks. */
export const JOURNAL = '00000000-0000-4000-8000-000000000001';
export const OTHER_JOURNAL = '00000000-0000-4000-8000-000000000002';

/** Makes an Agent in namespace default. */
export function createAgent(client: KubeClient, name: string): Promise<Agent> {
  const metadata = { namespace: 'default', name };
  return client.resource<Agent>(AgentResource).create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
}

/** Makes an Investigation of host-a. */
export function createInvestigation(client: KubeClient, name: string): Promise<Investigation> {
  return client.resource<Investigation>(InvestigationResource).create({
    apiVersion: API_VERSION,
    kind: 'Investigation',
    metadata: { namespace: 'default', name },
    spec: { agentRef: { name: 'host-a' }, prompt: 'Why is this machine slow?' },
  });
}

/** Makes a Diagnose task with actions a1 and a2, as the operator does. */
export function createTask(
  client: KubeClient,
  name: string,
  options: {
    agent?: string;
    owner?: Investigation;
    step?: number;
    spec?: Partial<AgentTaskSpec>;
    namespace?: string;
    labels?: Record<string, string>;
  } = {},
): Promise<AgentTask> {
  const { agent = 'host-a', owner, step = 1, spec, namespace = 'default' } = options;
  const labels = { ...(owner ? { [INVESTIGATION_LABEL]: owner.metadata.name ?? '' } : {}), ...options.labels };
  return client.resource<AgentTask>(AgentTaskResource).create({
    apiVersion: API_VERSION,
    kind: 'AgentTask',
    metadata: {
      namespace,
      name,
      labels: { [STEP_LABEL]: String(step), ...labels },
      ...(owner ? { ownerReferences: [controllerReference(owner)] } : {}),
    },
    spec: {
      agentRef: { name: agent },
      type: 'Diagnose',
      actions: [
        { id: 'a1', run: { argv: ['uptime'] } },
        { id: 'a2', run: { argv: ['ps', 'aux'] } },
      ],
      hypothesis: 'Something eats the processor',
      refused: [{ action: 'rm -rf /', rule: 'command/unknown' }],
      policyHash: POLICY,
      timeoutSeconds: 60,
      maxOutputBytes: 1024 * 1024,
      ...spec,
    },
  });
}

/** The newest state of a task. */
export function getTask(client: KubeClient, name: string): Promise<AgentTask> {
  return client.resource<AgentTask>(AgentTaskResource).get({ namespace: 'default', name });
}
