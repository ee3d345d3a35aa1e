import type { Investigation } from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import { controllerReference } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { watchOurKinds, type OurInformers } from './our-informers.ts';
import { ourResources, type OurResources } from './our-resources.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const OUTPUT = 'cpu core=total busy=99%\n';
const WAIT = { timeout: 5_000, interval: 5 };

let server: TestApiServer;
let resources: OurResources;
let informers: OurInformers;
let stop: AbortController;
let running: Promise<unknown>;

beforeAll(async () => {
  server = await startTestApiServer({ log });
  resources = ourResources(server.client);
});
afterAll(() => server.close());
beforeEach(() => watch());
afterEach(() => unwatch());

function watch(): void {
  informers = watchOurKinds(resources, { clock: systemClock, log, ownNamespace: 'default' });
  stop = new AbortController();
  running = Promise.all(Object.values(informers).map((informer) => informer.start(stop.signal)));
}

async function unwatch(): Promise<void> {
  stop.abort();
  await running;
}

async function createRun(name: string): Promise<Investigation> {
  const run = await resources.investigations.create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { namespace: 'default', name },
    spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
  });
  await resources.tasks.create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentTask',
    metadata: { namespace: 'default', name: `${name}-0`, ownerReferences: [controllerReference(run)] },
    spec: {
      agentRef: { name: 'web-1' },
      type: 'CollectContext',
      collectContext: {},
      policyHash: `sha256:${'0'.repeat(64)}`,
      timeoutSeconds: 60,
      notAfterTime: '2036-01-01T00:00:00Z',
      clusterContext: [{ id: 'pod', source: 'Kubernetes API', text: 'pod name=web' }],
    },
  });
  const results = [
    { actionID: 'cpu', source: 'cpu', outcome: 'Succeeded', preview: OUTPUT, outputBytes: OUTPUT.length },
  ];
  await resources.tasks.patchStatus(
    { namespace: 'default', name: `${name}-0` },
    { status: { outcome: 'Succeeded', results } },
  );
  return run;
}

async function finish(name: string): Promise<void> {
  const condition = { type: 'Succeeded', status: 'True', reason: 'NoFaultFound', message: 'All is well' };
  const conditions = [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }];
  await resources.investigations.patchStatus({ namespace: 'default', name }, { status: { conditions } });
}

/** The preview in the store, or what stands in its place. */
function previewOf(name: string): string | undefined {
  const result = informers.tasks.store.get(`default/${name}-0`)?.status?.results?.[0];
  return result ? (result.preview ?? 'forgotten') : undefined;
}

describe('the task informer', () => {
  it('keeps outputs while a run goes on, and lets them go when it ends', async () => {
    await createRun('ends');
    await expect.poll(() => previewOf('ends'), WAIT).toBe(OUTPUT);
    await createRun('goes-on');
    await expect.poll(() => previewOf('goes-on'), WAIT).toBe(OUTPUT);
    await finish('ends');
    await expect.poll(() => previewOf('ends'), WAIT).toBe('forgotten');
    expect(informers.tasks.store.get('default/ends-0')?.status?.results?.[0]?.outputBytes).toBe(OUTPUT.length);
    expect(informers.tasks.store.get('default/ends-0')?.spec.clusterContext).toBeUndefined();
    expect(previewOf('goes-on')).toBe(OUTPUT);
    expect(informers.tasks.store.get('default/goes-on-0')?.spec.clusterContext).toHaveLength(1);
  });

  it('does not take up outputs of runs that ended before it began', async () => {
    await createRun('ended-before');
    await finish('ended-before');
    await unwatch();
    watch();
    await expect.poll(() => previewOf('ended-before'), WAIT).toBe('forgotten');
  });
});
