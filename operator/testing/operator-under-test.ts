import {
  AgentTaskResource,
  InvestigationResource,
  type AgentTask,
  type Investigation,
  type InvestigationSpec,
} from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import { vi } from 'vitest';
import { buildOperator, type OperatorParts } from '../src/build-operator.ts';
import type { RunLimits } from '../src/controllers/investigation/limits.ts';
import type { Diagnostician } from '../src/diagnosticians/diagnostician.ts';
import { sharedPolicy } from '../src/moves/action-policy.ts';

/** The limits of the product, but that an agent may be silent for long: tests say when one is. */
export const TEST_LIMITS: RunLimits = {
  silence: { disconnectedSeconds: 90, connectedSeconds: 690 },
  agentLostGraceSeconds: 120,
  listeningSince: new Date(0),
  taskGraceSeconds: 30,
  taskMaxOutputBytes: 1_048_576,
  sampleSeconds: 1,
};

/** An operator that runs until stopped. */
export class OperatorUnderTest {
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;

  constructor(client: KubeClient, diagnostician: Diagnostician, parts: Partial<OperatorParts> = {}) {
    const operator = buildOperator({
      client,
      clock: systemClock,
      log: createLogger({ name: 'operator', level: 'warn' }),
      diagnostician,
      findings: () => [],
      policy: sharedPolicy,
      limits: TEST_LIMITS,
      ownNamespace: 'default',
      workers: 4,
      ...parts,
    });
    this.#done = operator.start(this.#abort.signal);
  }

  /** Stops it as a killed process would: nothing that waits is finished first. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }
}

/** Creates an investigation, of agent `web-1` unless the spec names another kind of target. */
export function investigate(
  client: KubeClient,
  name: string,
  spec: Omit<Partial<InvestigationSpec>, 'agentRef'> = {},
): Promise<Investigation> {
  const target = spec.nodeName === undefined && spec.podRef === undefined ? { agentRef: { name: 'web-1' } } : {};
  return client.resource<Investigation>(InvestigationResource).create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name, namespace: 'default' },
    spec: { ...target, prompt: 'Why is this machine slow?', ...spec },
  });
}

/** Waits until an investigation is as wanted; prints its last state when it never is. */
export async function eventually(
  client: KubeClient,
  name: string,
  isWanted: (investigation: Investigation) => boolean,
  timeoutMs = 15_000,
): Promise<Investigation> {
  const investigations = client.resource<Investigation>(InvestigationResource);
  return vi.waitFor(
    async () => {
      const investigation = await investigations.get({ namespace: 'default', name });
      if (isWanted(investigation)) return investigation;
      throw new Error(`Last state: ${JSON.stringify(investigation.status, null, 1)}`);
    },
    { timeout: timeoutMs, interval: 25 },
  );
}

/** Whether condition `Succeeded` has that reason. */
export function endedWith(reason: string): (investigation: Investigation) => boolean {
  return ({ status }) =>
    status?.conditions?.some(
      (each) => each.type === 'Succeeded' && each.status !== 'Unknown' && each.reason === reason,
    ) ?? false;
}

/** The tasks of the namespace, by name. */
export async function tasksOf(client: KubeClient): Promise<AgentTask[]> {
  const tasks = await client.resource<AgentTask>(AgentTaskResource).listAll({ namespace: 'default' });
  return tasks.sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
}
