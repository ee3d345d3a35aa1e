/** What reconcilers may do wrong, and what it costs the others: nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControllerUnderTest, WAIT } from '../../testing/controller-under-test.ts';
import { A_PATH, widget, type Widget } from '../../testing/widget.ts';
import { KubeApiError } from '../client/kube-api-error.ts';
import type { Reconciler } from './reconciler.ts';

let test: ControllerUnderTest;

beforeEach(async () => {
  test = await ControllerUnderTest.begin();
});
afterEach(() => test.end());

/** A reconciler that throws what it is told to for object `a` and is fine with all others. */
function throwing(what: () => never): Reconciler<Widget> {
  return {
    // Not async: some of what a reconciler throws is thrown before there is a promise.
    reconcile: (object) => (object.metadata.name === 'a' ? what() : Promise.resolve({})),
  };
}

function thrower(what: unknown): () => never {
  return () => {
    throw what;
  };
}

describe('a reconciler that throws', () => {
  it.each([
    ['nothing at all', thrower(undefined), 1],
    ['a word', thrower('no'), 1],
    ['a TypeError of its own', () => (undefined as unknown as { size: never }).size, 1],
    ['a lost connection of fetch', thrower(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })), 0],
    ['what it expected', thrower(new KubeApiError({ code: 'Timeout', message: 'Late', status: 504 })), 0],
  ])('%s: is contained, counted and retried, and others are served', async (_, what, panics) => {
    await test.start([widget('a', '7'), widget('b', '8')], { reconciler: throwing(what), workers: 1 });
    await test.untilCounted('success');
    await test.untilCounted('error');
    await test.clock.advance(5);
    await test.untilCounted('error', 2);
    expect(await test.metric('controller_runtime_reconcile_panics_total')).toBe(panics * 2);
    expect(await test.metric('controller_runtime_reconcile_errors_total')).toBe(2);
  });
});

describe('a reconciler that does not heed its signal', () => {
  const timing = { passTimeoutSeconds: 60, graceSeconds: 5, drainSeconds: 10, workers: 1 };

  it('loses its worker to other objects, keeps its own object to itself, and shows', async () => {
    const { controller, reconciler, watch } = await test.start([widget('a', '7'), widget('b', '8')], timing);
    const deaf = await reconciler.take();
    await test.clock.advance(60_000);
    expect(deaf.call.signal.aborted).toBe(true);
    expect(controller.problem?.()).toBeUndefined();
    await test.clock.advance(5_000);
    const other = await reconciler.take();
    expect(other.object.metadata.name).toBe('b');
    other.finish({});
    await test.untilCounted('success');
    expect(controller.problem?.()).toBe('passes do not end: default/a');
    expect(await test.metric('nannyapi_reconcile_abandoned')).toBe(1);

    watch.send('MODIFIED', widget('a', '101')).send('MODIFIED', widget('b', '102'));
    (await reconciler.take()).finish({});
    await test.untilCounted('success', 2);
    expect(reconciler.begun).toEqual([]);
    deaf.finish({ status: { size: 1 } });
    // What it says so late is not written; the object gets a new pass.
    await test.untilCounted('error');
    expect(await test.metric('controller_runtime_reconcile_timeouts_total')).toBe(1);
    const again = await reconciler.take();
    expect(again.object.metadata).toMatchObject({ name: 'a', resourceVersion: '101' });
    again.finish({});
    await test.untilCounted('success', 3);
    expect(controller.problem?.()).toBeUndefined();
    expect(await test.metric('nannyapi_reconcile_abandoned')).toBe(0);
  });

  it('cannot leave more behind than there are workers', async () => {
    const items = ['a', 'b', 'c'].map((name, index) => widget(name, `${7 + index}`));
    const { reconciler } = await test.start(items, timing);
    const first = await reconciler.take();
    await test.clock.advance(65_000);
    const second = await reconciler.take();
    await test.clock.advance(65_000);
    expect(reconciler.begun).toEqual([]);
    first.fail(new Error('at last'));
    second.fail(new Error('at last'));
    const third = await reconciler.take();
    third.finish({});
    await test.untilCounted('success');
  });

  it('does not hold up the end of the process', async () => {
    const { reconciler, stopped } = await test.start([widget('a', '7')], timing);
    const deaf = await reconciler.take();
    test.stop.abort();
    await test.clock.advance(10_000);
    expect(deaf.call.signal.aborted).toBe(true);
    await test.clock.advance(5_000);
    await stopped;
    deaf.finish({ status: { size: 1 } });
    await test.untilCounted('aborted');
  });
});

describe('a controller that is stopped', () => {
  it('lets the passes that run finish and write, and begins no other', async () => {
    const { reconciler, stopped } = await test.start([widget('a', '7'), widget('b', '8')], { workers: 1 });
    const pass = await reconciler.take();
    test.stop.abort();
    await test.clock.advance(4_000);
    expect(pass.call.signal.aborted).toBe(false);
    pass.finish({ status: { size: 1 } });
    (await test.server.take({ method: 'PATCH', path: `${A_PATH}/status` })).json(200, widget('a', '101'));
    await stopped;
    expect([await test.counted('success'), await test.counted()]).toEqual([1, 1]);
    // The queue is empty and gone, and says no more of work that does not end.
    expect(await test.registry.metrics()).not.toContain('workqueue_unfinished_work_seconds{name="widget"}');
  });

  it('aborts them when they take too long, and counts no error', async () => {
    const { reconciler, stopped } = await test.start([widget('a', '7')], { drainSeconds: 10 });
    const pass = await reconciler.take();
    test.stop.abort();
    await test.clock.advance(10_000);
    expect(pass.call.signal.aborted).toBe(true);
    pass.fail(new Error('aborted'));
    await stopped;
    expect([await test.counted('aborted'), await test.counted('error')]).toEqual([1, 0]);
  });

  it('aborts them at once when leadership is lost', async () => {
    const { reconciler } = await test.start([widget('a', '7')]);
    const pass = await reconciler.take();
    test.stop.abort(new KubeApiError({ code: 'NotLeading', message: 'Lost', status: 503 }));
    expect(pass.call.signal.reason).toMatchObject({ code: 'NotLeading' });
    pass.fail(new Error('aborted'));
    await vi.waitFor(async () => expect(await test.counted('aborted')).toBe(1), WAIT);
  });
});
