import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaultProxy, type Fault, type ProxiedRequest } from '../../testing/fault-proxy.ts';
import { hurriedClock } from '../../testing/hurried-clock.ts';
import { freshWidget } from '../../testing/random-life.ts';
import { ToldState } from '../../testing/told-state.ts';
import type { WatchFault } from '../../testing/watch-fault.ts';
import { widgetCrd } from '../../testing/widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import type { ResourceClient } from '../client/resource-client.ts';
import type { Informer } from './informer.ts';
import { createInformer } from './store-informer.ts';

const WAIT = { timeout: 15_000, interval: 5 };

let server: TestApiServer;
let truth: ResourceClient<Widget>;
let proxy: FaultProxy;
let client: KubeClient;
let informer: Informer<Widget>;
let told: ToldState<Widget>;
let changes: string[];
let requests: string[];
let stop: AbortController;
let running: Promise<void>;
let runs = 0;
let namespace: string;

beforeAll(async () => {
  // Its bookmarks must come before the informer's patience ends, or lists would mend what the watch got wrong.
  server = await startTestApiServer({ crds: [widgetCrd], log: silentLog, clock: hurriedClock(100) });
  truth = server.client.resource<Widget>(WidgetResource);
});
afterAll(() => server.close());

beforeEach(async () => {
  namespace = `fault-${++runs}`;
  const metadata = { name: namespace };
  await server.client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  proxy = await FaultProxy.start(server);
  const clock = hurriedClock(100);
  client = createKubeClient({ server: { url: proxy.url }, userAgent: 'test', log: silentLog, clock });
  const widgets = client.resource<Widget>(WidgetResource);
  informer = createInformer<Widget>({ client: widgets, query: { namespace }, clock, log: silentLog });
  told = new ToldState();
  changes = [];
  requests = [];
  stop = new AbortController();
  informer.onChange((event) => {
    told.take(event);
    changes.push(`${event.type} ${event.object.metadata.name} ${event.object.spec.size}`);
  });
  await create('a', 1);
});
afterEach(async () => {
  stop.abort();
  await running;
  await client.close();
  await proxy.close();
  if (told.contradictions.length > 0) throw new Error(told.contradictions.join('; '));
});

async function create(name: string, size: number): Promise<void> {
  await truth.create(freshWidget(namespace, name, size));
}

async function resize(name: string, size: number): Promise<void> {
  await truth.patch({ namespace, name }, { spec: { size } });
}

async function remove(name: string): Promise<void> {
  await truth.delete({ namespace, name });
}

/** What the store holds, as `name size`. */
function held(): string[] {
  return informer.store.list().map(({ metadata, spec }) => `${metadata.name} ${spec.size}`);
}

async function holds(...expected: string[]): Promise<void> {
  await vi.waitFor(() => expect(held().toSorted()).toEqual(expected), WAIT);
}

type FaultsInTurn = [(request: ProxiedRequest) => boolean, Fault][];

/** Starts the informer under faults. */
function begin(...faults: FaultsInTurn): void {
  misbehave(...faults);
  running = informer.start(stop.signal);
}

/** Faults are taken in turn by the requests that they fit. */
function misbehave(...faults: FaultsInTurn): void {
  proxy.decide = (request) => {
    requests.push(kindOf(request));
    const index = faults.findIndex(([fits]) => fits(request));
    return index < 0 ? undefined : faults.splice(index, 1)[0]?.[1];
  };
}

function kindOf({ isWatch, isResumption }: ProxiedRequest): string {
  if (isResumption) return 'watch';
  return isWatch ? 'streamed list' : 'list';
}

const any = (): boolean => true;
const streamedList = (request: ProxiedRequest): boolean => kindOf(request) === 'streamed list';
const list = (request: ProxiedRequest): boolean => kindOf(request) === 'list';
const watch = (request: ProxiedRequest): boolean => kindOf(request) === 'watch';
const notServed: Fault = { kind: 'Answer', status: 422, reason: 'Invalid' };
const expired: Fault = { kind: 'Answer', status: 410, reason: 'Expired' };

function onWatch(fault: WatchFault): Fault {
  return { kind: 'Watch', fault };
}

describe('an informer begins', () => {
  it('with one streamed list, on which it stays', async () => {
    begin();
    await holds('a 1');
    await create('b', 2);
    await holds('a 1', 'b 2');
    expect(requests).toEqual(['streamed list']);
  });

  it('with pages, then a watch, where lists are not streamed', async () => {
    proxy.maxPage = 1;
    await create('b', 2);
    begin([streamedList, notServed]);
    await holds('a 1', 'b 2');
    await vi.waitFor(() => expect(requests).toEqual(['streamed list', 'list', 'list', 'watch']), WAIT);
  });

  it.each<[string, Fault]>([
    ['is reset', { kind: 'Reset' }],
    ['stalls', { kind: 'Stall' }],
    ['is answered with 429', { kind: 'Answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 }],
    ['is answered with 500', { kind: 'Answer', status: 500, reason: 'InternalError' }],
    ['is answered with 503', { kind: 'Answer', status: 503, reason: 'ServiceUnavailable' }],
    ['is cut in the middle of a line', onWatch({ end: { how: 'CutMidLine', afterLines: 0 } })],
    ['falls silent before its end is marked', onWatch({ end: { how: 'Stall', afterLines: 1 } })],
    ['is closed before its end is marked', onWatch({ end: { how: 'End', afterLines: 1 } })],
  ])('in the end, when its first list %s', async (_, fault) => {
    begin([any, fault], [any, fault]);
    await holds('a 1');
    await resize('a', 2);
    await holds('a 2');
    expect(changes).toEqual(['Added a 1', 'Updated a 2']);
  });

  it('anew when a page expired', async () => {
    proxy.maxPage = 1;
    await create('b', 2);
    begin([streamedList, notServed], [({ url }) => url.searchParams.has('continue'), expired]);
    await holds('a 1', 'b 2');
    expect(changes.toSorted()).toEqual(['Added a 1', 'Added b 2']);
  });
});

describe('an informer that watches', () => {
  it.each<[string, WatchFault]>([
    ['is cut in the middle of a line', { end: { how: 'CutMidLine', afterLines: 1 } }],
    ['is reset', { end: { how: 'Reset', afterLines: 1 } }],
    ['falls silent', { end: { how: 'Stall', afterLines: 1 } }],
    ['is closed in good order', { end: { how: 'End', afterLines: 1 } }],
    ['brings an error', { end: { how: 'ErrorEvent', afterLines: 1 } }],
    ['brings what is no JSON', { end: { how: 'Garbage', afterLines: 1 } }],
    ['brings everything twice', { bend: 'Duplicate' }],
    ['delays its bookmarks', { bend: 'DelayBookmarks' }],
    ['loses a deletion, and its history', { bend: 'LoseDelete' }],
  ])('tells each change once when its watch %s', async (_, fault) => {
    begin([streamedList, notServed], [watch, onWatch(fault)]);
    await holds('a 1');
    await vi.waitFor(() => expect(requests).toContain('watch'), WAIT);
    await create('b', 1);
    await resize('b', 2);
    await create('c', 3);
    await remove('a');
    await holds('b 2', 'c 3');
    // What happens while it is away may be seen at its end only.
    expect(changes).toEqual(expect.arrayContaining(['Added a 1', 'Added c 3', 'Deleted a 1']));
    expect(new Set(changes).size).toBe(changes.length);
  });

  it('misses nothing when an event is overtaken by others and then lost with the connection', async () => {
    begin([streamedList, notServed], [watch, onWatch({ bend: 'Reorder', end: { how: 'Reset', afterLines: 2 } })]);
    await holds('a 1');
    await vi.waitFor(() => expect(requests).toContain('watch'), WAIT);
    await create('overtaken', 1);
    await create('overtaker', 2);
    await create('later', 3);
    await holds('a 1', 'later 3', 'overtaken 1', 'overtaker 2');
  });

  it.each<[string, Fault]>([
    ['goes on where it was', { kind: 'Reset' }],
    ['its history is gone', expired],
  ])('sees a deletion and recreation while it was away when %s', async (_, fault) => {
    begin([streamedList, notServed], [watch, { kind: 'Reset' }], [watch, { kind: 'Reset' }], [watch, fault]);
    await holds('a 1');
    await remove('a');
    await create('a', 7);
    await holds('a 7');
    expect(changes).toEqual(['Added a 1', 'Deleted a 1', 'Added a 7']);
  });

  it('does not go back in time to the list of a replica that lags behind', async () => {
    const stale: Fault = { kind: 'StaleList' };
    begin([streamedList, notServed], [list, stale], [watch, onWatch({ end: { how: 'Reset', afterLines: 2 } })]);
    await holds('a 1');
    await vi.waitFor(() => expect(requests).toContain('watch'), WAIT);
    await resize('a', 2);
    await create('b', 1);
    await holds('a 2', 'b 1');
    proxy.cut();
    misbehave([watch, expired], [streamedList, notServed], [list, stale], [list, stale], [list, stale]);
    await create('c', 1);
    await holds('a 2', 'b 1', 'c 1');
    expect(changes).toEqual(['Added a 1', 'Updated a 2', 'Added b 1', 'Added c 1']);
  });
});
