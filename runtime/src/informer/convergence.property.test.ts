import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { faultScript } from '../../testing/fault-script.ts';
import { hurriedClock } from '../../testing/hurried-clock.ts';
import { liveAtRandom } from '../../testing/random-life.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { forSeeds } from '../../testing/seeded-runs.ts';
import { ToldState } from '../../testing/told-state.ts';
import { widgetCrd } from '../../testing/widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from '../../testing/widget.ts';
import { createKubeClient } from '../client/kube-client.ts';
import type { ResourceClient } from '../client/resource-client.ts';
import { objectKey } from '../objects.ts';
import type { Informer } from './informer.ts';
import { createInformer } from './store-informer.ts';

const RUNS = 200;
const STEPS = 30;
/** How much faster the informer's time runs than the test's. */
const HURRY = 100;
const WAIT = { timeout: 30_000, interval: 10 };

let server: TestApiServer;
let truth: ResourceClient<Widget>;

beforeAll(async () => {
  // Its bookmarks must come before the informer's patience ends, or lists would mend what the watch got wrong.
  server = await startTestApiServer({ crds: [widgetCrd], log: silentLog, clock: hurriedClock(HURRY) });
  truth = server.client.resource<Widget>(WidgetResource);
});
afterAll(() => server.close());

/** An informer behind a proxy that misbehaves until it is told to be calm. */
async function converges(seed: number): Promise<void> {
  const namespace = await makeNamespace(seed);
  const proxy = await FaultProxy.start(server);
  const clock = hurriedClock(HURRY);
  const client = createKubeClient({ server: { url: proxy.url }, userAgent: 'test', log: silentLog, clock });
  const informer = createInformer<Widget>({
    client: client.resource<Widget>(WidgetResource),
    query: { namespace },
    clock,
    log: silentLog,
  });
  const told = new ToldState<Widget>();
  informer.onChange((event) => told.take(event));
  const stop = new AbortController();
  const running = informer.start(stop.signal);
  try {
    await misbehave(proxy, namespace, seed);
    await vi.waitFor(async () => expect(stateOf(informer)).toEqual(await trueState(namespace)), WAIT);
    expect(Object.fromEntries(told.objects)).toEqual(Object.fromEntries(byKey(informer.store.list())));
    expect(told.contradictions.join('; ')).toBe('');
  } finally {
    stop.abort();
    await running;
    await client.close();
    await proxy.close();
  }
}

async function misbehave(proxy: FaultProxy, namespace: string, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  proxy.maxPage = 2;
  const script = faultScript(random);
  // Half of the servers know no streamed lists.
  const streams = random.chance(0.5);
  proxy.decide = (request) =>
    request.isWatch && !request.isResumption && !streams
      ? { kind: 'Answer', status: 422, reason: 'Invalid' }
      : script(request);
  await liveAtRandom(truth, { namespace, random, steps: STEPS });
  proxy.calm();
}

async function makeNamespace(seed: number): Promise<string> {
  const name = `run-${seed}`;
  await server.client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

async function trueState(namespace: string): Promise<Record<string, string>> {
  return versions(await truth.listAll({ namespace }));
}

function stateOf(informer: Informer<Widget>): Record<string, string> {
  return versions(informer.store.list());
}

function versions(objects: Widget[]): Record<string, string> {
  return Object.fromEntries(
    objects.map((object) => [objectKey(object), `${object.metadata.uid}@${object.metadata.resourceVersion}`]),
  );
}

function byKey(objects: Widget[]): [string, Widget][] {
  return objects.map((object) => [objectKey(object), object]);
}

describe('an informer behind a misbehaving API server', () => {
  it(`converges to the truth and tells a story without contradiction, for ${RUNS} seeds`, async () => {
    await forSeeds(1, RUNS, converges);
  }, 180_000);
});
