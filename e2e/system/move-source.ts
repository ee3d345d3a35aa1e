import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AgentResource,
  AgentTaskResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Investigation,
  type InvestigationStatus,
  type InvestigationStatusCondition,
} from '@nannyapi/crds';
import type { KubeClient } from '@nannyapi/runtime';
import { startTestApiServer } from '@nannyapi/standalone/testing';
import { nanny } from './nanny.ts';

const STARTED = '2026-03-01T12:00:00Z';
const ENDED = '2026-03-01T12:05:00Z';

/** The runs of the source, by what became of them. */
export const RUNS = ['ended', 'failed', 'running', 'waiting'] as const;

/** A stopped control plane with a run of each fate, and its export. */
export interface MoveSource {
  dataDir: string;
  /** The exported folder. */
  exportDir: string;
  /** The status of a run as it was stored. */
  statusOf(name: string): InvestigationStatus | undefined;
  close(): Promise<void>;
}

/** Fills a data folder through its API server, stops it, and exports it with `nanny standalone export`. */
export async function startMoveSource(): Promise<MoveSource> {
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-move-'));
  const dataDir = join(folder, 'data');
  const exportDir = join(folder, 'export');
  const statuses = new Map<string, InvestigationStatus | undefined>();
  const server = await startTestApiServer({ dataDir: join(dataDir, 'api-server') });
  try {
    for (const run of await fill(server.client)) statuses.set(run.metadata.name ?? '', run.status);
  } finally {
    await server.close();
  }
  const { exitCode, stderr } = await nanny(['standalone', 'export', '--data', dataDir, exportDir]);
  if (exitCode !== 0) throw new Error(stderr);
  return {
    dataDir,
    exportDir,
    statusOf: (name) => statuses.get(name),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function fill(client: KubeClient): Promise<Investigation[]> {
  const metadata = { name: 'web-1', namespace: 'default' };
  await client.resource<Agent>(AgentResource).create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: { ...metadata, labels: { site: 'home' } },
    spec: { description: 'The shop.' },
  });
  const runs = [];
  for (const name of RUNS) runs.push(await createRun(client, name));
  const running = runs.find((run) => run.metadata.name === 'running');
  await client.resource<AgentTask>(AgentTaskResource).create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentTask',
    metadata: {
      name: 'running-0',
      namespace: 'default',
      ownerReferences: [
        {
          apiVersion: 'nannyai.dev/v1alpha1',
          kind: 'Investigation',
          name: 'running',
          uid: running?.metadata.uid ?? '',
        },
      ],
    },
    spec: {
      agentRef: { name: 'web-1' },
      type: 'CollectContext',
      collectContext: {},
      policyHash: `sha256:${'0'.repeat(64)}`,
      timeoutSeconds: 10,
    },
  });
  return runs;
}

async function createRun(client: KubeClient, name: (typeof RUNS)[number]): Promise<Investigation> {
  const runs = client.resource<Investigation>(InvestigationResource);
  const created = await runs.create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name, namespace: 'default', labels: { fate: name } },
    spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?', context: { ticket: '17' } },
  });
  const status = STATUSES[name];
  if (!status) return created;
  // As the operator would: a change of the spec counts, so the status was made from a later generation.
  const ref = { namespace: 'default', name };
  const { uid } = created.metadata;
  await runs.patch(ref, { metadata: { annotations: { 'nannyai.dev/run-uid': uid } }, spec: { suspend: false } });
  return runs.patchStatus(ref, { status });
}

function conditions(status: 'True' | 'False' | 'Unknown', reason: string): InvestigationStatusCondition[] {
  return ['Diagnosed', 'Succeeded'].map((type) => ({
    type,
    status,
    reason,
    message: `It is ${reason}`,
    lastTransitionTime: ENDED,
    observedGeneration: 2,
  }));
}

const STEPS = [0, 1].map((index) => ({
  index,
  taskRef: { name: `task-${index}` },
  outcome: 'Succeeded' as const,
  startTime: STARTED,
}));
const BEGUN = {
  observedGeneration: 2,
  startTime: STARTED,
  steps: STEPS,
  episodeID: '0195512a-5800-7000-8000-000000000000',
};

/** What was stored of each run; of the one that waits, nothing yet. */
const STATUSES: Record<(typeof RUNS)[number], InvestigationStatus | undefined> = {
  ended: {
    ...BEGUN,
    phase: 'Completed',
    completionTime: ENDED,
    conditions: conditions('True', 'RootCauseFound'),
    resolution: {
      verdict: 'RootCauseFound',
      rootCause: { component: 'process burner', mechanism: 'CPUSaturation', statement: 'burner eats a core' },
      evidence: [{ id: 's0-cpu', quote: 'process pid=4242 comm=burner' }],
      plan: '1. Stop burner.\n2. Look again.',
      confidence: 'High',
    },
  },
  failed: { ...BEGUN, phase: 'Failed', completionTime: ENDED, conditions: conditions('False', 'DeadlineExceeded') },
  running: { ...BEGUN, phase: 'InProgress', conditions: conditions('Unknown', 'InProgress') },
  waiting: undefined,
};
