import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControllerUnderTest } from '../../testing/controller-under-test.ts';
import { ManualReconciler } from '../../testing/manual-reconciler.ts';
import { A_PATH, silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import type { Condition } from '../conditions.ts';
import type { ResourceType } from '../objects.ts';
import { createController } from './controller.ts';
import { TerminalError } from './reconciler.ts';

const STATUS_PATH = `${A_PATH}/status`;
const GadgetResource: ResourceType = { ...WidgetResource, kind: 'Gadget', plural: 'gadgets' };
const GADGETS_PATH = '/apis/test.nannyai.dev/v1/gadgets';
const FINALIZER = 'nannyai.dev/widget';

let test: ControllerUnderTest;

beforeEach(async () => {
  test = await ControllerUnderTest.begin();
});
afterEach(() => test.end());

function condition(type: string, more: Partial<Condition> = {}): Condition {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return { type, status: 'True', reason: 'Because', message: 'So', lastTransitionTime, ...more };
}

describe('Controller', () => {
  it('gives each object a pass with the time, a log and an id of its own', async () => {
    const { reconciler } = await test.start([widget('a', '1'), widget('b', '2')]);
    const [first, second] = [await reconciler.take(), await reconciler.take()];
    expect([first.object.metadata.name, second.object.metadata.name]).toEqual(['a', 'b']);
    expect(first.call.now.toISOString()).toBe('2026-05-01T10:00:00.000Z');
    expect(first.call.reconcileID).not.toBe(second.call.reconcileID);
    expect(first.call.log.bindings()).toMatchObject({ controller: 'widget', namespace: 'default', name: 'a' });
    first.finish({});
    second.finish({});
    await test.untilCounted('success', 2);
  });

  it('writes the difference of the status as one patch that holds only for the version it saw', async () => {
    const status = { size: 1, observedGeneration: 1, conditions: [condition('Ready', { observedGeneration: 1 })] };
    const { reconciler } = await test.start([widget('a', '7', { status, metadata: { generation: 2 } })]);
    (await reconciler.take()).finish({ status: { size: 1, conditions: [condition('Ready')] } });
    const patch = await test.server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(patch.body).toEqual({
      metadata: { resourceVersion: '7' },
      status: { observedGeneration: 2, conditions: [condition('Ready', { observedGeneration: 2 })] },
    });
    patch.json(200, widget('a', '101'));
    await test.untilCounted('success');
  });

  it('writes nothing when the status is as desired or none was returned', async () => {
    const status = { size: 1, observedGeneration: 1 };
    const { reconciler, watch } = await test.start([widget('a', '7', { status })]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    await test.untilCounted('success');
    watch.send('MODIFIED', widget('a', '101', { status }));
    (await reconciler.take()).finish({});
    await test.untilCounted('success', 2);
    expect(test.server.untaken).toBe(0);
  });

  it('leaves observedGeneration out for kinds that lack it', async () => {
    const { reconciler } = await test.start([widget('a', '7')], { observesGeneration: false });
    (await reconciler.take()).finish({ status: { size: 3 } });
    const patch = await test.server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7' }, status: { size: 3 } });
    patch.json(200, widget('a', '101'));
    await test.untilCounted('success');
  });

  it('begins the next pass from what it wrote when the informer lags behind', async () => {
    const { reconciler, watch } = await test.start([widget('a', '7')]);
    const first = await reconciler.take();
    watch.send('MODIFIED', widget('a', '8', { spec: { size: 9 } }));
    first.finish({ status: { size: 1 } });
    const written = widget('a', '9', { status: { size: 1, observedGeneration: 1 }, spec: { size: 9 } });
    (await test.server.take({ method: 'PATCH', path: STATUS_PATH })).json(200, written);
    const second = await reconciler.take();
    expect(second.object).toEqual(written);
    second.finish({});
    await test.untilCounted('success', 2);
  });

  it('asks again quietly after a conflict', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await test.server.take({ method: 'PATCH', path: STATUS_PATH })).status(409, 'Conflict');
    await test.untilCounted('conflict');
    await test.clock.advance(5);
    (await reconciler.take()).finish({});
    await test.untilCounted('success');
    expect(await test.counted('error')).toBe(0);
  });

  it('retries a failing pass after growing delays and forgets them when one succeeds', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    for (const [index, delayMs] of [5, 10, 20].entries()) {
      (await reconciler.take()).fail(new Error('the gateway is down'));
      await test.untilCounted('error', index + 1);
      await test.clock.advance(delayMs - 1);
      expect(reconciler.begun).toHaveLength(0);
      await test.clock.advance(1);
    }
    (await reconciler.take()).finish({ requeueAfterSeconds: 1 });
    await test.untilCounted('requeue_after');
    await test.clock.advance(1000);
    (await reconciler.take()).fail(new Error('again'));
    await test.untilCounted('error', 4);
    await test.clock.advance(5);
    (await reconciler.take()).finish({});
    await test.untilCounted('success');
  });

  it('asks again after the seconds that the reconciler names', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).finish({ requeueAfterSeconds: 30 });
    await test.untilCounted('requeue_after');
    await test.clock.advance(29_999);
    expect(reconciler.begun).toHaveLength(0);
    await test.clock.advance(1);
    (await reconciler.take()).finish({});
    await test.untilCounted('success');
  });

  it('takes a wait that is no number for a bug of the reconciler', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).finish({ requeueAfterSeconds: Number.NaN });
    expect(await test.untilCounted('error')).toBe(1);
  });

  it('reports a terminal error as Stalled, does not retry, and takes it back after a good pass', async () => {
    const { reconciler, watch } = await test.start([widget('a', '7', { status: { size: 1 } })]);
    (await reconciler.take()).fail(new TerminalError({ code: 'SpecNonsense', message: 'No such thing' }));
    const patch = await test.server.take({ method: 'PATCH', path: STATUS_PATH });
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
    await test.untilCounted('terminal_error');
    await test.clock.advance(3_600_000);
    expect(reconciler.begun).toHaveLength(0);

    watch.send('MODIFIED', written);
    (await reconciler.take()).finish({});
    const cleared = await test.server.take({ method: 'PATCH', path: STATUS_PATH });
    expect(cleared.body).toMatchObject({ status: { conditions: [] } });
    cleared.json(200, widget('a', '102'));
    await test.untilCounted('success');
  });

  it('repeats a pass whose terminal error could not be reported', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).fail(new TerminalError({ code: 'SpecNonsense', message: 'No such thing' }));
    (await test.server.take({ method: 'PATCH', path: STATUS_PATH })).status(500, 'InternalError');
    await test.untilCounted('error');
    await test.clock.advance(5);
    (await reconciler.take()).finish({});
    expect(await test.untilCounted('success')).toBe(2);
  });

  it('gives a suspended object no pass until it is resumed, unless the reconciler looks itself', async () => {
    const suspended = widget('a', '7', { spec: { suspend: true } });
    const { reconciler, watch } = await test.start([suspended]);
    await test.untilCounted('suspended');
    expect(reconciler.begun).toHaveLength(0);
    watch.send('MODIFIED', widget('a', '101'));
    (await reconciler.take()).finish({});
    await test.untilCounted('success');
  });

  it('leaves suspended objects to a reconciler that handles them', async () => {
    const { reconciler } = await test.start([widget('a', '7', { spec: { suspend: true } })], { handlesSuspend: true });
    (await reconciler.take()).finish({});
    expect(await test.untilCounted('success')).toBe(1);
  });

  it('adds its finalizer before the first pass and keeps the others', async () => {
    const { reconciler } = await test.start([widget('a', '7', { metadata: { finalizers: ['x'] } })], {
      finalizer: FINALIZER,
    });
    const patch = await test.server.take({ method: 'PATCH', path: A_PATH });
    expect(reconciler.begun).toHaveLength(0);
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7', finalizers: ['x', FINALIZER] } });
    patch.json(200, widget('a', '101', { metadata: { finalizers: ['x', FINALIZER] } }));
    const pass = await reconciler.take();
    expect(pass.object.metadata.resourceVersion).toBe('101');
    pass.finish({});
    await test.untilCounted('success');
  });

  it('cleans up a deleted object and removes its finalizer only when that is done', async () => {
    const metadata = { deletionTimestamp: '2026-05-01T09:00:00Z', finalizers: ['x', FINALIZER] };
    const { reconciler } = await test.start([widget('a', '7', { metadata })], { finalizer: FINALIZER });
    (await reconciler.take(reconciler.finalizing)).finish({ requeueAfterSeconds: 5 });
    await test.untilCounted('requeue_after');
    await test.clock.advance(5000);
    (await reconciler.take(reconciler.finalizing)).fail(new Error('not yet'));
    await test.untilCounted('error');
    await test.clock.advance(5);
    (await reconciler.take(reconciler.finalizing)).finish({});
    const patch = await test.server.take({ method: 'PATCH', path: A_PATH });
    expect(patch.body).toEqual({ metadata: { resourceVersion: '7', finalizers: ['x'] } });
    patch.json(200, widget('a', '101', { metadata: { ...metadata, finalizers: ['x'] } }));
    await test.untilCounted('success');
    expect(reconciler.begun).toHaveLength(0);
  });

  it('leaves a deleted object alone that does not carry its finalizer', async () => {
    const metadata = { deletionTimestamp: '2026-05-01T09:00:00Z', finalizers: ['x'] };
    const { reconciler } = await test.start([widget('a', '7', { metadata })], { finalizer: FINALIZER });
    await test.untilCounted('success');
    expect([...reconciler.begun, ...reconciler.finalizing]).toEqual([]);
  });

  it('ends a pass quietly when its object is deleted meanwhile', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await test.server.take({ method: 'PATCH', path: STATUS_PATH })).status(404, 'NotFound');
    (await test.server.take({ method: 'GET', path: A_PATH })).status(404, 'NotFound');
    expect(await test.untilCounted('success')).toBe(1);
  });

  it('takes NotFound of something else for an error', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    (await reconciler.take()).finish({ status: { size: 1 } });
    (await test.server.take({ method: 'PATCH', path: STATUS_PATH })).status(404, 'NotFound');
    (await test.server.take({ method: 'GET', path: A_PATH })).json(200, widget('a', '7'));
    expect(await test.untilCounted('error')).toBe(1);
  });

  it('wakes the owner of a changed child, and the former owner of a moved one', async () => {
    const gadgets = test.informerOf(GadgetResource);
    const gadgetWatch = await test.takeListAndWatch(GADGETS_PATH, []);
    const owns = [{ informer: gadgets, ownerKey: ({ spec }: Widget) => spec.owner }];
    const { reconciler } = await test.start([widget('a', '7'), widget('b', '8')], { owns });
    for (let passes = 0; passes < 2; passes++) (await reconciler.take()).finish({});
    await test.untilCounted('success', 2);
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
    await test.untilCounted('success', 6);
  });

  it('never runs two passes of one object at once, and runs as many as it has workers', async () => {
    const { reconciler, watch } = await test.start([widget('a', '7'), widget('b', '8'), widget('c', '9')], {
      workers: 2,
    });
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
    await test.untilCounted('success', 5);
  });

  it('aborts a pass that takes too long', async () => {
    const { reconciler } = await test.start([widget('a', '7')], { passTimeoutSeconds: 60 });
    const pass = await reconciler.take();
    await test.clock.advance(60_000);
    expect(pass.call.signal.reason).toMatchObject({ code: 'DeadlineExceeded' });
    pass.fail(new Error('gave up'));
    await test.untilCounted('error');
  });

  it('stops before the informers have synced', async () => {
    const informer = test.informerOf(WidgetResource);
    const reconciler = new ManualReconciler();
    const widgets = test.client.resource<Widget>(WidgetResource);
    const controller = createController({
      name: 'w',
      informer,
      client: widgets,
      reconciler,
      clock: test.clock,
      log: silentLog,
    });
    test.running.push(controller.start(test.stop.signal));
    await test.server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500' } });
    test.stop.abort();
    await expect(Promise.all(test.running)).resolves.toBeDefined();
  });
});
