import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControllerUnderTest, WAIT } from '../../testing/controller-under-test.ts';
import { widget, WidgetResource } from '../../testing/widget.ts';
import { controllerReference } from '../objects.ts';
import { annotationsChanged, anyOf, generationChanged, labelsChanged } from './predicates.ts';
import { controllerOf } from './sources.ts';

const GadgetResource = { ...WidgetResource, kind: 'Gadget', plural: 'gadgets' };
const GADGETS_PATH = '/apis/test.nannyai.dev/v1/gadgets';

let test: ControllerUnderTest;

beforeEach(async () => {
  test = await ControllerUnderTest.begin();
});
afterEach(() => test.end());

describe('what wakes an object', () => {
  it('is a change of its spec and its deletion, but not of its status, with generationChanged', async () => {
    const { reconciler, watch } = await test.start([widget('a', '7')], { when: generationChanged });
    (await reconciler.take()).finish({});
    await test.untilCounted('success');
    watch.send('MODIFIED', widget('a', '101', { status: { size: 1 } }));
    watch.send('MODIFIED', widget('a', '102', { metadata: { generation: 2 } }));
    const second = await reconciler.take();
    expect(second.object.metadata.resourceVersion).toBe('102');
    second.finish({});
    await test.untilCounted('success', 2);
    const metadata = { generation: 2, deletionTimestamp: '2026-05-01T09:00:00Z', finalizers: ['x'] };
    watch.send('MODIFIED', widget('a', '103', { metadata }));
    await test.untilCounted('success', 3);
  });

  it('is a change of another object that has to do with it, and with what it had to do before', async () => {
    const gadgets = test.informerOf(GadgetResource);
    const gadgetWatch = await test.takeListAndWatch(GADGETS_PATH, []);
    const keys = ({ spec }: { spec: { owner?: string } }) => (spec.owner ?? '').split(',').filter(Boolean);
    const items = ['a', 'b', 'c'].map((name, index) => widget(name, `${7 + index}`));
    const { reconciler } = await test.start(items, { watches: [{ informer: gadgets, keys: keys as never }] });
    for (const _ of items) (await reconciler.take()).finish({});
    await test.untilCounted('success', 3);
    gadgetWatch.send('ADDED', widget('g', '101', { spec: { owner: 'default/a,default/b' } }));
    const woken = [await reconciler.take(), await reconciler.take()];
    for (const pass of woken) pass.finish({});
    expect(woken.map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
    await test.untilCounted('success', 5);
    gadgetWatch.send('MODIFIED', widget('g', '102', { spec: { owner: 'default/c' } }));
    const names = new Set<unknown>();
    for (let passes = 0; passes < 3; passes++) {
      const pass = await reconciler.take();
      names.add(pass.object.metadata.name);
      pass.finish({});
    }
    expect(names).toEqual(new Set(['a', 'b', 'c']));
    await test.untilCounted('success', 8);
  });

  it('comes before the first list, of which there may be much', async () => {
    const items = ['a', 'b', 'c'].map((name, index) => widget(name, `${7 + index}`));
    const { reconciler, watch } = await test.start(items, { workers: 1 });
    const first = await reconciler.take();
    watch.send('MODIFIED', widget('c', '101', { spec: { size: 3 } }));
    watch.send('MODIFIED', widget('a', '102', { spec: { size: 4 } }));
    // `a` is counted once more although a pass has it: then its change, and that of `c` before it, have arrived.
    const adds = test.registry.getSingleMetric('workqueue_adds_total')!;
    await vi.waitFor(async () => expect((await adds.get()).values[0]?.value).toBe(4), WAIT);
    first.finish({});
    const order: unknown[] = [];
    for (let passes = 0; passes < 3; passes++) {
      const pass = await reconciler.take();
      order.push(pass.object.metadata.name);
      pass.finish({});
    }
    expect(order).toEqual(['c', 'a', 'b']);
    await test.untilCounted('success', 4);
  });
});

describe('a predicate', () => {
  const before = widget('a', '1', { metadata: { generation: 1, labels: { x: '1' }, annotations: { y: '1' } } });
  const change = (metadata: object) =>
    ({
      type: 'Updated',
      object: { ...before, metadata: { ...before.metadata, ...metadata } },
      previous: before,
    }) as const;

  it.each([
    ['generationChanged', generationChanged, { generation: 2 }, true],
    ['generationChanged', generationChanged, { labels: { x: '2' } }, false],
    ['generationChanged', generationChanged, { deletionTimestamp: '2026-05-01T09:00:00Z' }, true],
    ['labelsChanged', labelsChanged, { labels: { x: '2' } }, true],
    ['labelsChanged', labelsChanged, { labels: { x: '1' }, generation: 2 }, false],
    ['annotationsChanged', annotationsChanged, { annotations: {} }, true],
    ['annotationsChanged', annotationsChanged, { labels: {} }, false],
    ['anyOf', anyOf(generationChanged, labelsChanged), { labels: {} }, true],
    ['anyOf', anyOf(generationChanged, labelsChanged), { annotations: {} }, false],
  ])('%s answers to another state of metadata (case %#)', (_, predicate, metadata, passes) => {
    expect(predicate(change(metadata))).toBe(passes);
  });

  it('lets through what comes and what goes', () => {
    for (const predicate of [generationChanged, labelsChanged, annotationsChanged]) {
      expect(predicate({ type: 'Added', object: before })).toBe(true);
      expect(predicate({ type: 'Deleted', object: before })).toBe(true);
    }
  });
});

describe('controllerOf', () => {
  const child = (owner: object) => widget('child', '1', { metadata: { ownerReferences: [owner as never] } });

  it('gives the key of the controller of that kind, and no other', () => {
    const ownerKey = controllerOf(WidgetResource);
    const owner = controllerReference(widget('a', '7'));
    expect(ownerKey(child(owner))).toBe('default/a');
    expect(ownerKey(child({ ...owner, controller: false }))).toBeUndefined();
    expect(ownerKey(child({ ...owner, kind: 'Gadget' }))).toBeUndefined();
    expect(ownerKey(child({ ...owner, apiVersion: 'other.nannyai.dev/v1' }))).toBeUndefined();
    expect(ownerKey(widget('orphan', '1'))).toBeUndefined();
    expect(controllerOf({ ...WidgetResource, namespaced: false })(child(owner))).toBe('a');
  });
});
