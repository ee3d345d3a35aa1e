import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createController } from '../src/controller/controller.ts';
import { createInformer } from '../src/informer/store-informer.ts';
import { Manager } from '../src/manager.ts';
import { hurriedClock } from './hurried-clock.ts';
import { HURRY, RandomRun } from './random-run.ts';
import { forSeeds } from './seeded-runs.ts';
import { widgetCrd } from './widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from './widget.ts';

const RUNS = 60;
const STEPS = 20;
const WAIT = { timeout: 60_000, interval: 20 };
const FINALIZER = 'test.nannyai.dev/widget';

let server: TestApiServer;

beforeAll(async () => {
  server = await startTestApiServer({ crds: [widgetCrd], log: silentLog, clock: hurriedClock(HURRY) });
});
afterAll(() => server.close());

/** What an object is when its last change has been reconciled. */
function settled({ metadata, spec }: Widget): object {
  return { size: spec.size, observedGeneration: metadata.generation };
}

async function losesNoReconcile(seed: number): Promise<void> {
  const run = await RandomRun.begin(server, seed);
  const { namespace, clock, client } = run;
  const widgets = client.resource<Widget>(WidgetResource);
  const informer = createInformer<Widget>({ client: widgets, query: { namespace }, clock, log: silentLog });
  const finalized = new Set<string | undefined>();
  // The first list may stall several times; here that is no reason to give up.
  const manager = new Manager({ log: silentLog, clock, syncTimeoutSeconds: 3_600 });
  manager.addInformer(informer);
  manager.add(
    createController<Widget>({
      name: 'widget',
      informer,
      client: widgets,
      reconciler: {
        reconcile: async ({ spec }) => ({ status: { size: spec.size } as Widget['status'] }),
        finalize: async ({ metadata }) => {
          finalized.add(metadata.uid);
          return {};
        },
      },
      // Every second run has to clean up as well.
      finalizer: seed % 2 === 0 ? FINALIZER : undefined,
      clock,
      log: silentLog,
    }),
  );
  const stop = new AbortController();
  const seenWithFinalizer = new Set<string | undefined>();
  informer.onChange(({ object: { metadata } }) => {
    if (metadata.finalizers) seenWithFinalizer.add(metadata.uid);
  });
  const running = manager.start(stop.signal);
  try {
    await run.live(STEPS);
    await vi.waitFor(async () => {
      const objects = await run.list();
      expect(objects.filter(({ metadata }) => metadata.deletionTimestamp)).toEqual([]);
      expect(objects.map(({ status }) => status)).toEqual(objects.map(settled));
    }, WAIT);
    const present = new Set((await run.list()).map(({ metadata }) => metadata.uid));
    const gone = [...seenWithFinalizer].filter((uid) => !present.has(uid));
    expect(gone.filter((uid) => !finalized.has(uid))).toEqual([]);
  } finally {
    stop.abort();
    await running;
    await run.close();
  }
}

describe('a controller behind a misbehaving API server', () => {
  it(`reconciles each object after its last change and cleans up after each, for ${RUNS} seeds`, async () => {
    await forSeeds(1, RUNS, losesNoReconcile);
  }, 300_000);
});
