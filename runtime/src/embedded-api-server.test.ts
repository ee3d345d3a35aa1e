import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../testing/widget.ts';
import { createKubeClient } from './client/kube-client.ts';
import type { ResourceClient } from './client/resource-client.ts';
import { createController } from './controller/controller.ts';
import type { Reconciler } from './controller/reconciler.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Informer } from './informer/informer.ts';
import { createInformer } from './informer/store-informer.ts';
import { Manager } from './manager.ts';
import { controllerReference, objectKey, type KubeObject, type ObjectMeta, type ResourceType } from './objects.ts';

interface Gauge extends KubeObject {
  spec: { size: number };
  status?: { doubled?: number; observedGeneration?: number };
}

const GaugeResource: ResourceType = {
  group: 'test.nannyai.dev',
  version: 'v1',
  kind: 'Gauge',
  plural: 'gauges',
  namespaced: true,
};
const FINALIZER = 'test.nannyai.dev/gauge';
const WAIT = { timeout: 10_000, interval: 5 };

const integer = { type: 'integer', minimum: 0, maximum: 1_000_000 };
const gaugeCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gauges.test.nannyai.dev' },
  spec: {
    group: GaugeResource.group,
    scope: 'Namespaced',
    names: { kind: 'Gauge', listKind: 'GaugeList', plural: 'gauges', singular: 'gauge' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: integer } },
              status: { type: 'object', properties: { doubled: integer, observedGeneration: integer } },
            },
          },
        },
      },
    ],
  },
};

let server: TestApiServer;
let gauges: ResourceClient<Gauge>;
let informer: Informer<Gauge>;
let stop: AbortController;
let running: Promise<unknown>[];

beforeAll(async () => {
  server = await startTestApiServer({ crds: [gaugeCrd], log: silentLog });
});
afterAll(() => server.close());

beforeEach(() => {
  gauges = server.client.resource<Gauge>(GaugeResource);
  informer = createInformer<Gauge>({ client: gauges, name: 'gauges', clock: systemClock, log: silentLog });
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
});

function gauge(name: string, size: number, metadata: ObjectMeta = {}): Gauge {
  return {
    apiVersion: 'test.nannyai.dev/v1',
    kind: 'Gauge',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { size },
  };
}

/** Runs a controller over all gauges. */
function runController(reconciler: Reconciler<Gauge>): void {
  const manager = new Manager({ log: silentLog, clock: systemClock });
  manager.addInformer(informer);
  const options = { name: 'gauge', informer, client: gauges, reconciler, finalizer: FINALIZER };
  manager.add(createController<Gauge>({ ...options, clock: systemClock, log: silentLog }));
  running.push(manager.start(stop.signal));
}

describe('the runtime on the embedded API server', () => {
  it('creates, reads, patches, applies and deletes, and is told why not', async () => {
    const ref = { namespace: 'default', name: 'crud' };
    const created = await gauges.create(gauge('crud', 1));
    await expect(gauges.create(gauge('crud', 1))).rejects.toMatchObject({ code: 'AlreadyExists', status: 409 });
    await gauges.patch(ref, { spec: { size: 2 } });
    const stale = { metadata: { resourceVersion: created.metadata.resourceVersion }, spec: { size: 3 } };
    await expect(gauges.patch(ref, stale)).rejects.toMatchObject({ code: 'Conflict' });
    await expect(gauges.patch(ref, { spec: { size: -1 } })).rejects.toMatchObject({
      code: 'Invalid',
      causes: [expect.objectContaining({ field: 'spec.size' })],
    });
    await gauges.patchStatus(ref, { status: { doubled: 4 } });
    await gauges.apply(gauge('crud', 5), { fieldManager: 'nanny', force: true });
    const now = await gauges.get(ref);
    expect(now).toMatchObject({ spec: { size: 5 }, status: { doubled: 4 } });
    await gauges.update({ ...now, spec: { size: 6 } });
    await expect(gauges.delete(ref, { uid: 'other' })).rejects.toMatchObject({ code: 'Conflict' });
    await gauges.delete(ref, { uid: now.metadata.uid });
    await expect(gauges.get(ref)).rejects.toMatchObject({ code: 'NotFound', status: 404 });
  });

  it('lists in pages', async () => {
    for (let index = 0; index < 5; index++)
      await gauges.create(gauge(`page-${index}`, index, { labels: { on: 'page' } }));
    const query = { namespace: 'default', labelSelector: 'on=page', limit: 2 };
    const first = await gauges.list(query);
    expect(first.items).toHaveLength(2);
    const second = await gauges.list({ ...query, continue: first.continue });
    expect(second.items.map(objectKey)).toEqual(['default/page-2', 'default/page-3']);
    expect(await gauges.listAll({ labelSelector: 'on=page' })).toHaveLength(5);
  });

  it('reconciles to the desired status, follows changes, and cleans up before deletion', async () => {
    const finalized: string[] = [];
    runController({
      reconcile: async ({ spec }) => ({ status: { doubled: spec.size * 2 } }),
      finalize: async (object) => {
        finalized.push(objectKey(object));
        return {};
      },
    });
    const ref = { namespace: 'default', name: 'run' };
    await gauges.create(gauge('run', 21));
    const status = async (): Promise<Gauge['status']> => (await gauges.get(ref)).status;
    await vi.waitFor(async () => expect(await status()).toEqual({ doubled: 42, observedGeneration: 1 }), WAIT);
    expect((await gauges.get(ref)).metadata.finalizers).toEqual([FINALIZER]);
    await gauges.patch(ref, { spec: { size: 4 } });
    await vi.waitFor(async () => expect(await status()).toEqual({ doubled: 8, observedGeneration: 2 }), WAIT);
    await gauges.delete(ref);
    await vi.waitFor(() => expect(gauges.get(ref)).rejects.toMatchObject({ code: 'NotFound' }), WAIT);
    expect(finalized).toEqual(['default/run']);
  });

  it('tells a recreated object as a deletion and an addition', async () => {
    await gauges.create(gauge('again', 1, { labels: { on: 'again' } }));
    const query = { labelSelector: 'on=again' };
    const watched = createInformer<Gauge>({ client: gauges, query, clock: systemClock, log: silentLog });
    const told: string[] = [];
    watched.onChange(({ type, object }) => told.push(`${type} ${object.spec.size}`));
    running.push(watched.start(stop.signal));
    await watched.waitForSync({ signal: stop.signal });
    await gauges.delete({ namespace: 'default', name: 'again' });
    await gauges.create(gauge('again', 2, { labels: { on: 'again' } }));
    await vi.waitFor(() => expect(told).toEqual(['Added 1', 'Deleted 1', 'Added 2']), WAIT);
  });

  it('writes events that a list by the involved object finds', async () => {
    const subject = await gauges.create(gauge('told', 1));
    const recorder = new EventRecorder({
      client: server.client,
      component: 'test',
      clock: systemClock,
      log: silentLog,
    });
    recorder.record(subject, { type: 'Normal', reason: 'Told', message: 'It is told' });
    recorder.record(subject, { type: 'Normal', reason: 'Told', message: 'It is told' });
    await recorder.flush();
    const type = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
    const events = await server.client.resource<KubeObject & { count?: number }>(type).listAll({
      namespace: 'default',
      fieldSelector: `involvedObject.uid=${subject.metadata.uid}`,
    });
    expect(events).toEqual([expect.objectContaining({ reason: 'Told', count: 2 })]);
  });

  it('gives a child its controller', async () => {
    const owner = await gauges.create(gauge('owner', 1));
    const child = await gauges.create(gauge('child', 1, { ownerReferences: [controllerReference(owner)] }));
    expect(child.metadata.ownerReferences?.[0]).toMatchObject({ uid: owner.metadata.uid, controller: true });
  });
});

describe('an informer whose API server is restarted', () => {
  it('goes on where it was, with what was written and deleted meanwhile', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-restart-'));
    const options = { crds: [gaugeCrd], log: silentLog, dataDir };
    let restarted = await startTestApiServer(options);
    const { url, caPem, adminToken: token } = restarted;
    const client = createKubeClient({ server: { url, caPem, token }, userAgent: 'nanny-test', log: silentLog });
    try {
      const told: string[] = [];
      const watched = createInformer<Gauge>({
        client: client.resource<Gauge>(GaugeResource),
        clock: systemClock,
        log: silentLog,
      });
      watched.onChange(({ type, object }) => told.push(`${type} ${object.metadata.name}`));
      running.push(watched.start(stop.signal));
      await watched.waitForSync({ signal: stop.signal });
      // Seen after the list, so the watch is open when the server stops.
      await restarted.client.resource<Gauge>(GaugeResource).create(gauge('before', 1));
      await vi.waitFor(() => expect(told).toEqual(['Added before']), WAIT);

      await restarted.close();
      restarted = await startTestApiServer({ ...options, port: Number(new URL(url).port) });
      const again = restarted.client.resource<Gauge>(GaugeResource);
      await again.delete({ namespace: 'default', name: 'before' });
      await again.create(gauge('after', 1));
      await vi.waitFor(() => expect(told).toEqual(['Added before', 'Deleted before', 'Added after']), WAIT);
    } finally {
      stop.abort();
      await client.close();
      await restarted.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
