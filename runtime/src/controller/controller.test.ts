import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '@nannyapi/process';
import { ScriptedApiServer, type Exchange } from '../../testing/scripted-api-server.ts';
import { ManualReconciler } from '../../testing/manual-reconciler.ts';
import { A_PATH, silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import type { Condition } from '../conditions.ts';
import { createInformer } from '../informer/store-informer.ts';
import type { ResourceType } from '../objects.ts';
import { createController, type ControllerOptions } from './controller.ts';
import { TerminalError } from './reconciler.ts';

const STATUS_PATH = `${A_PATH}/status`;
const GadgetResource: ResourceType = { ...WidgetResource, kind: 'Gadget', plural: 'gadgets' };
const GADGETS_PATH = '/apis/test.nannyai.dev/v1/gadgets';
const WAIT = { timeout: 5000, interval: 2 };
const FINALIZER = 'nannyai.dev/widget';

let server: ScriptedApiServer;
let client: KubeClient;
let clock: FakeClock;
let registry: Registry;
let stop: AbortController;
let running: Promise<unknown>[];

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  clock = new FakeClock(new Date('2026-05-01T10:00:00Z'));
  registry = new Registry();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog });
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await client.close();
  await server.close();
});

function informerOf(resource: ResourceType): ControllerOptions<Widget>['informer'] {
  const informer = createInformer<Widget>({
    client: client.resource<Widget>(resource),
    name: resource.plural,
    clock,
    log: silentLog,
  });
  running.push(informer.start(stop.signal));
  return informer;
}

async function takeListAndWatch(path: string, items: Widget[]): Promise<Exchange> {
  (await server.take({ method: 'GET', path, query: { limit: '500' } })).list('100', items);
  const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: /^\d+$/ };
  return (await server.take({ method: 'GET', path, query })).stream();
}

interface Started {
  reconciler: ManualReconciler;
  watch: Exchange;
}

async function start(items: Widget[], more: Partial<ControllerOptions<Widget>> = {}): Promise<Started> {
  const reconciler = new ManualReconciler();
  const informer = informerOf(WidgetResource);
  const widgets = client.resource<Widget>(WidgetResource);
  const options = { name: 'widget', informer, client: widgets, reconciler, clock, log: silentLog, registry };
  const watch = await takeListAndWatch(WIDGETS_PATH, items);
  running.push(createController<Widget>({ ...options, ...more }).start(stop.signal));
  return { reconciler, watch };
}

/** Passes that ended so; without a result all of them. */
async function counted(result?: string): Promise<number> {
  const { values } = await registry.getSingleMetric('nannyapi_reconcile_total')!.get();
  const counts = values.filter(({ labels }) => result === undefined || labels.result === result);
  return counts.reduce((sum, { value }) => sum + value, 0);
}

/** Waits until so many passes ended so, and gives the number of all that ended. */
async function untilCounted(result: string, count = 1): Promise<number> {
  await vi.waitFor(async () => {
    const now = await counted(result);
    if (now !== count) throw new Error(`${now} of ${count} passes ended with ${result}`);
  }, WAIT);
  return counted();
}

function condition(type: string, more: Partial<Condition> = {}): Condition {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return { type, status: 'True', reason: 'Because', message: 'So', lastTransitionTime, ...more };
}

describe('Controller', () => {
  it('gives each object a pass with the time, a log and an id of its own', async () => {
    const { reconciler } = await start([widget('a', '1'), widget('b', '2')]);
    const [first, second] = [await reconciler.take(), await reconciler.take()];
    expect([first.object.metadata.name, second.object.metadata.name]).toEqual(['a', 'b']);
    expect(first.call.now.toISOString()).toBe('2026-05-01T10:00:00.000Z');
    expect(first.call.reconcileID).not.toBe(second.call.reconcileID);
    expect(first.call.log.bindings()).toMatchObject({ controller: 'widget', namespace: 'default', name: 'a' });
    first.finish({});
    second.finish({});
    await untilCounted('success', 2);
  });

  it('writes the difference of the status as one patch that holds only for the version it saw', async () => {
    const status = { size: 1, observedGeneration: 1, conditions: [condition('Ready', { observedGeneration: 1 })] };
    const { reconciler } = await start([widget('a', '7', { status, metadata: { generation: 2 } })]);
    (await reconciler.take()).finish({ status: { size: 1, conditions: [condition('Ready')] } });
    const patch = await server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(patch.body).toEqual({
      metadata: { resourceVersion: '7' },
      status: { observedGeneration: 2, conditions: [condition('Ready', { observedGeneration: 2 })] },
    });
    patch.json(200, widget('a', '101'));
    await untilCounted('success');
  });

  it('writes nothing when the status is as desired or none was returned', async () => {
    const status = { size: 1, observedGeneration: 1 };
    const { reconciler, watch } = await start([widget('a', '7', { status })]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    await untilCounted('success');
    watch.send('MODIFIED', widget('a', '101', { status }));
    (await reconciler.take()).finish({});
    await untilCounted('success', 2);
    expect(server.untaken).toBe(0);
  });

  it('leaves observedGeneration out for kinds that lack it', async () => {
    const { reconciler } = await start([widget('a', '7')], { observesGeneration: false });
    (await reconciler.take()).finish({ status: { size: 3 } });
    const patch = await server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7' }, status: { size: 3 } });
    patch.json(200, widget('a', '101'));
    await untilCounted('success');
  });

  it('begins the next pass from what it wrote when the informer lags behind', async () => {
    const { reconciler, watch } = await start([widget('a', '7')]);
    const first = await reconciler.take();
    watch.send('MODIFIED', widget('a', '8', { spec: { size: 9 } }));
    first.finish({ status: { size: 1 } });
    const written = widget('a', '9', { status: { size: 1, observedGeneration: 1 }, spec: { size: 9 } });
    (await server.take({ method: 'PATCH', path: STATUS_PATH })).json(200, written);
    const second = await reconciler.take();
    expect(second.object).toEqual(written);
    second.finish({});
    await untilCounted('success', 2);
  });

  it('asks again quietly after a conflict', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await server.take({ method: 'PATCH', path: STATUS_PATH })).status(409, 'Conflict');
    await untilCounted('conflict');
    await clock.advance(5);
    (await reconciler.take()).finish({});
    await untilCounted('success');
    expect(await counted('error')).toBe(0);
  });

  it('retries a failing pass after growing delays and forgets them when one succeeds', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    for (const [index, delayMs] of [5, 10, 20].entries()) {
      (await reconciler.take()).fail(new Error('the gateway is down'));
      await untilCounted('error', index + 1);
      await clock.advance(delayMs - 1);
      expect(reconciler.begun).toHaveLength(0);
      await clock.advance(1);
    }
    (await reconciler.take()).finish({ requeueAfterSeconds: 1 });
    await untilCounted('requeue_after');
    await clock.advance(1000);
    (await reconciler.take()).fail(new Error('again'));
    await untilCounted('error', 4);
    await clock.advance(5);
    (await reconciler.take()).finish({});
    await untilCounted('success');
  });

  it('asks again after the seconds that the reconciler names', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).finish({ requeueAfterSeconds: 30 });
    await untilCounted('requeue_after');
    await clock.advance(29_999);
    expect(reconciler.begun).toHaveLength(0);
    await clock.advance(1);
    (await reconciler.take()).finish({});
    await untilCounted('success');
  });

  it('takes a wait that is no number for a bug of the reconciler', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).finish({ requeueAfterSeconds: Number.NaN });
    expect(await untilCounted('error')).toBe(1);
  });

  it('reports a terminal error as Stalled, does not retry, and takes it back after a good pass', async () => {
    const { reconciler, watch } = await start([widget('a', '7', { status: { size: 1 } })]);
    (await reconciler.take()).fail(new TerminalError({ code: 'SpecNonsense', message: 'No such thing' }));
    const patch = await server.take({ method: 'PATCH', path: STATUS_PATH });
    const stalled = {
      type: 'Stalled',
      status: 'True',
      reason: 'SpecNonsense',
      message: 'No such thing',
      observedGeneration: 1,
      lastTransitionTime: '2026-05-01T10:00:00Z',
    } as const;
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7' }, status: { conditions: [stalled] } });
    const written = widget('a', '101', { status: { size: 1, conditions: [stalled] } });
    patch.json(200, written);
    await untilCounted('terminal_error');
    await clock.advance(3_600_000);
    expect(reconciler.begun).toHaveLength(0);

    watch.send('MODIFIED', written);
    (await reconciler.take()).finish({});
    const cleared = await server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(cleared.body).toMatchObject({ status: { conditions: [] } });
    cleared.json(200, widget('a', '102'));
    await untilCounted('success');
  });

  it('repeats a pass whose terminal error could not be reported', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).fail(new TerminalError({ code: 'SpecNonsense', message: 'No such thing' }));
    (await server.take({ method: 'PATCH', path: STATUS_PATH })).status(500, 'InternalError');
    await untilCounted('error');
    await clock.advance(5);
    (await reconciler.take()).finish({});
    expect(await untilCounted('success')).toBe(2);
  });

  it('gives a suspended object no pass until it is resumed, unless the reconciler looks itself', async () => {
    const suspended = widget('a', '7', { spec: { suspend: true } });
    const { reconciler, watch } = await start([suspended]);
    await untilCounted('suspended');
    expect(reconciler.begun).toHaveLength(0);
    watch.send('MODIFIED', widget('a', '101'));
    (await reconciler.take()).finish({});
    await untilCounted('success');
  });

  it('leaves suspended objects to a reconciler that handles them', async () => {
    const { reconciler } = await start([widget('a', '7', { spec: { suspend: true } })], { handlesSuspend: true });
    (await reconciler.take()).finish({});
    expect(await untilCounted('success')).toBe(1);
  });

  it('adds its finalizer before the first pass and keeps the others', async () => {
    const { reconciler } = await start([widget('a', '7', { metadata: { finalizers: ['x'] } })], {
      finalizer: FINALIZER,
    });
    const patch = await server.take({ method: 'PATCH', path: A_PATH });
    expect(reconciler.begun).toHaveLength(0);
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7', finalizers: ['x', FINALIZER] } });
    patch.json(200, widget('a', '101', { metadata: { finalizers: ['x', FINALIZER] } }));
    const pass = await reconciler.take();
    expect(pass.object.metadata.resourceVersion).toBe('101');
    pass.finish({});
    await untilCounted('success');
  });

  it('cleans up a deleted object and removes its finalizer only when that is done', async () => {
    const metadata = { deletionTimestamp: '2026-05-01T09:00:00Z', finalizers: ['x', FINALIZER] };
    const { reconciler } = await start([widget('a', '7', { metadata })], { finalizer: FINALIZER });
    (await reconciler.take(reconciler.finalizing)).finish({ requeueAfterSeconds: 5 });
    await untilCounted('requeue_after');
    await clock.advance(5000);
    (await reconciler.take(reconciler.finalizing)).fail(new Error('not yet'));
    await untilCounted('error');
    await clock.advance(5);
    (await reconciler.take(reconciler.finalizing)).finish({});
    const patch = await server.take({ method: 'PATCH', path: A_PATH });
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7', finalizers: ['x'] } });
    patch.json(200, widget('a', '101', { metadata: { ...metadata, finalizers: ['x'] } }));
    await untilCounted('success');
    expect(reconciler.begun).toHaveLength(0);
  });

  it('leaves a deleted object alone that does not carry its finalizer', async () => {
    const metadata = { deletionTimestamp: '2026-05-01T09:00:00Z', finalizers: ['x'] };
    const { reconciler } = await start([widget('a', '7', { metadata })], { finalizer: FINALIZER });
    await untilCounted('success');
    expect([...reconciler.begun, ...reconciler.finalizing]).toEqual([]);
  });

  it('ends a pass quietly when its object is deleted meanwhile', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await server.take({ method: 'PATCH', path: STATUS_PATH })).status(404, 'NotFound');
    (await server.take({ method: 'GET', path: A_PATH })).status(404, 'NotFound');
    expect(await untilCounted('success')).toBe(1);
  });

  it('takes NotFound of something else for an error', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await server.take({ method: 'PATCH', path: STATUS_PATH })).status(404, 'NotFound');
    (await server.take({ method: 'GET', path: A_PATH })).json(200, widget('a', '7'));
    expect(await untilCounted('error')).toBe(1);
  });

  it('wakes the owner of a changed child, and the former owner of a moved one', async () => {
    const gadgets = informerOf(GadgetResource);
    const gadgetWatch = await takeListAndWatch(GADGETS_PATH, []);
    const owns = [{ informer: gadgets, ownerKey: ({ spec }: Widget) => spec.owner }];
    const { reconciler } = await start([widget('a', '7'), widget('b', '8')], { owns });
    for (let passes = 0; passes < 2; passes++) (await reconciler.take()).finish({});
    await untilCounted('success', 2);
    gadgetWatch.send('ADDED', widget('g', '101', { spec: { owner: 'default/a' } }));
    const woken = await reconciler.take();
    expect(woken.object.metadata.name).toBe('a');
    woken.finish({});
    gadgetWatch.send('MODIFIED', widget('g', '102', { spec: { owner: 'default/b' } }));
    const names = new Set<unknown>();
    for (let passes = 0; passes < 2; passes++) {
      const pass = await reconciler.take();
      names.add(pass.object.metadata.name);
      pass.finish({});
    }
    expect(names).toEqual(new Set(['a', 'b']));
    gadgetWatch.send('MODIFIED', widget('g', '103', { spec: {} }));
    (await reconciler.take()).finish({});
    await untilCounted('success', 6);
  });

  it('never runs two passes of one object at once, and runs as many as it has workers', async () => {
    const { reconciler, watch } = await start([widget('a', '7'), widget('b', '8'), widget('c', '9')], { workers: 2 });
    const [a, b] = [await reconciler.take(), await reconciler.take()];
    watch.send('MODIFIED', widget('a', '101')).send('MODIFIED', widget('a', '102')).send('ADDED', widget('d', '103'));
    b.finish({});
    const c = await reconciler.take();
    expect(c.object.metadata.name).toBe('c');
    c.finish({});
    const d = await reconciler.take();
    expect(d.object.metadata.name).toBe('d');
    expect(reconciler.begun).toHaveLength(0);
    a.finish({});
    const again = await reconciler.take();
    expect(again.object.metadata).toMatchObject({ name: 'a', resourceVersion: '102' });
    again.finish({});
    d.finish({});
    await untilCounted('success', 5);
  });

  it('aborts a pass that takes too long', async () => {
    const { reconciler } = await start([widget('a', '7')], { passTimeoutSeconds: 60 });
    const pass = await reconciler.take();
    await clock.advance(60_000);
    expect(pass.call.signal.reason).toMatchObject({ code: 'DeadlineExceeded' });
    pass.fail(new Error('gave up'));
    await untilCounted('error');
  });

  it('aborts the running passes when it is stopped, waits for them, and counts no error', async () => {
    const { reconciler } = await start([widget('a', '7')]);
    const pass = await reconciler.take();
    stop.abort();
    expect(pass.call.signal.aborted).toBe(true);
    let isStopped = false;
    const stopped = Promise.all(running).then(() => {
      isStopped = true;
      return undefined;
    });
    await clock.advance(0);
    expect(isStopped).toBe(false);
    pass.fail(new Error('aborted'));
    await stopped;
    expect(await counted('aborted')).toBe(1);
    expect(await counted('error')).toBe(0);
  });

  it('stops before the informers have synced', async () => {
    const informer = informerOf(WidgetResource);
    const reconciler = new ManualReconciler();
    const widgets = client.resource<Widget>(WidgetResource);
    const controller = createController({ name: 'w', informer, client: widgets, reconciler, clock, log: silentLog });
    running.push(controller.start(stop.signal));
    await server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500' } });
    stop.abort();
    await expect(Promise.all(running)).resolves.toBeDefined();
  });
});
