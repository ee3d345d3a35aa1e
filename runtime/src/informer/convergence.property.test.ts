import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hurriedClock } from '../../testing/hurried-clock.ts';
import { HURRY, RandomRun } from '../../testing/random-run.ts';
import { forSeeds } from '../../testing/seeded-runs.ts';
import { ToldState } from '../../testing/told-state.ts';
import { widgetCrd } from '../../testing/widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from '../../testing/widget.ts';
import { objectKey } from '../objects.ts';
import { createInformer } from './store-informer.ts';

const RUNS = 200;
const STEPS = 30;
const WAIT = { timeout: 60_000, interval: 10 };

let server: TestApiServer;

beforeAll(async () => {
  // Its bookmarks must come before the informer's patience ends, or lists would mend what the watch got wrong.
  server = await startTestApiServer({ crds: [widgetCrd], log: silentLog, clock: hurriedClock(HURRY) });
});
afterAll(() => server.close());

async function converges(seed: number): Promise<void> {
  const run = await RandomRun.begin(server, seed);
  const { namespace, clock, client } = run;
  const widgets = client.resource<Widget>(WidgetResource);
  const informer = createInformer<Widget>({ client: widgets, query: { namespace }, clock, log: silentLog });
  const told = new ToldState<Widget>();
  informer.onChange((event) => told.take(event));
  const stop = new AbortController();
  const running = informer.start(stop.signal);
  try {
    await run.live(STEPS);
    await vi.waitFor(async () => expect(versions(informer.store.list())).toEqual(versions(await run.list())), WAIT);
    expect(versions([...told.objects.values()])).toEqual(versions(informer.store.list()));
    expect(told.contradictions.join('; ')).toBe('');
  } finally {
    stop.abort();
    await running;
    await run.close();
  }
}

function versions(objects: Widget[]): Record<string, string> {
  return Object.fromEntries(
    objects.map((object) => [objectKey(object), `${object.metadata.uid}@${object.metadata.resourceVersion}`]),
  );
}

describe('an informer behind a misbehaving API server', () => {
  it(`converges to the truth and tells a story without contradiction, for ${RUNS} seeds`, async () => {
    await forSeeds(1, RUNS, converges);
  }, 300_000);
});
