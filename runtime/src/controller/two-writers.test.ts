/** Several controllers of one kind, and people beside them, against the embedded API server. */
import { systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { widgetCrd } from '../../testing/widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from '../../testing/widget.ts';
import { isKubeError } from '../client/kube-api-error.ts';
import type { ResourceClient } from '../client/resource-client.ts';
import { findCondition, setCondition } from '../conditions.ts';
import { createInformer } from '../informer/store-informer.ts';
import type { ObjectRef } from '../objects.ts';
import { createController, type ControllerOptions } from './controller.ts';
import { TerminalError, type Reconciler } from './reconciler.ts';

const WAIT = { timeout: 10_000, interval: 5 };
const NAMES = Array.from({ length: 8 }, (_, index) => `w${index}`);
const FINALIZER = 'test.nannyai.dev/mine';

let server: TestApiServer;
let widgets: ResourceClient<Widget>;
let stop: AbortController;
let running: Promise<unknown>[];

beforeEach(async () => {
  server = await startTestApiServer({ crds: [widgetCrd] });
  widgets = server.client.resource<Widget>(WidgetResource);
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await server.close();
});

function run(name: string, reconciler: Reconciler<Widget>, more: Partial<ControllerOptions<Widget>> = {}): void {
  const informer = createInformer({ client: widgets, name, clock: systemClock, log: silentLog });
  const controller = createController({
    name,
    informer,
    client: widgets,
    reconciler,
    clock: systemClock,
    log: silentLog,
    // Two writers of one object meet all the time here; they shall not wait for each other's tokens.
    retries: { perSecond: 10_000, burst: 10_000 },
    ...more,
  });
  running.push(informer.start(stop.signal), controller.start(stop.signal));
}

async function create(name: string, metadata: object = {}): Promise<void> {
  const { group, version, kind } = WidgetResource;
  await widgets.create({
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name, namespace: 'default', ...metadata },
    spec: { size: 1 },
  });
}

const ref = (name: string): ObjectRef => ({ namespace: 'default', name });

/** Sets a field and adds a condition that nobody will ever write again, guarded by the version as everybody should. */
async function addByHand(name: string, { size }: { size: number }): Promise<void> {
  for (;;) {
    const { metadata, status } = await widgets.get(ref(name));
    const input = { type: `Hand${size}`, status: 'True', reason: 'ByHand', message: 'by hand' } as const;
    const conditions = setCondition(status?.conditions, input, new Date());
    try {
      const { resourceVersion } = metadata;
      await widgets.patchStatus(ref(name), { metadata: { resourceVersion }, status: { size, conditions } });
      return;
    } catch (error) {
      if (!isKubeError(error, 'Conflict')) throw error;
    }
  }
}

/** Copies the size of the spec into a condition of its own, with all the status it makes up itself. */
function reporter(type: string): Reconciler<Widget> {
  return {
    reconcile: async ({ metadata, spec, status }, { now }) => {
      // Long enough for others to write in between, so that what it saw is old when it writes.
      for (let reads = 0; reads < 3; reads++) await widgets.get(ref(metadata.name ?? ''));
      const input = { type, status: 'True', reason: 'Seen', message: `size ${spec.size}` } as const;
      return { status: { conditions: setCondition(status?.conditions, input, now) } };
    },
  };
}

describe('two controllers that write the status of the same objects', () => {
  it('lose nothing of each other, nor of a third who writes by hand', async () => {
    const scope = (type: string) => ({ statusScope: { conditions: [type], fields: [] } });
    run('left', reporter('Left'), scope('Left'));
    run('right', reporter('Right'), scope('Right'));
    await Promise.all(NAMES.map((name) => create(name)));
    for (let size = 2; size <= 12; size++) {
      await Promise.all(
        NAMES.flatMap((name) => [widgets.patch(ref(name), { spec: { size } }), addByHand(name, { size })]),
      );
    }
    const byHand = Array.from({ length: 11 }, (_, index) => `Hand${index + 2} by hand`);
    for (const name of NAMES) {
      await vi.waitFor(async () => {
        const { status } = await widgets.get(ref(name));
        expect(status?.size).toBe(12);
        expect(status?.conditions?.map(({ type, message }) => `${type} ${message}`).toSorted()).toEqual([
          ...byHand.toSorted(),
          'Left size 12',
          'Right size 12',
        ]);
      }, WAIT);
    }
  });

  it('report what stops them under names of their own, and take back only that', async () => {
    let isBroken = true;
    const failing: Reconciler<Widget> = {
      reconcile: async () => {
        if (isBroken) throw new TerminalError({ code: 'Nonsense', message: 'No such thing' });
        return {};
      },
    };
    const scope = { conditions: [], fields: [] };
    run('left', failing, { statusScope: scope, stalledCondition: 'LeftStalled' });
    run('right', { reconcile: async () => ({}) }, { statusScope: scope, stalledCondition: 'RightStalled' });
    await create('a');
    const stalled = async () => findCondition((await widgets.get(ref('a'))).status?.conditions, 'LeftStalled');
    await vi.waitFor(async () => expect(await stalled()).toMatchObject({ status: 'True', reason: 'Nonsense' }), WAIT);
    await widgets.patch(ref('a'), { spec: { size: 2 } });
    await vi.waitFor(async () => expect(await stalled()).toMatchObject({ observedGeneration: 2 }), WAIT);
    isBroken = false;
    await widgets.patch(ref('a'), { spec: { size: 3 } });
    await vi.waitFor(async () => expect(await stalled()).toBeUndefined(), WAIT);
  });
});

describe('the life of a finalizer', () => {
  it('begins before the first side effect and ends after the last, and touches no finalizer of others', async () => {
    const told: string[] = [];
    const isDone = Promise.withResolvers<void>();
    run(
      'mine',
      {
        reconcile: async ({ metadata }) => {
          told.push(`reconcile with ${metadata.finalizers?.join()}`);
          return {};
        },
        finalize: async () => {
          told.push('finalize');
          await isDone.promise;
          return {};
        },
      },
      { finalizer: FINALIZER },
    );
    await create('a', { finalizers: ['others.nannyai.dev/first'] });
    await vi.waitFor(() => expect(told).toContain(`reconcile with others.nannyai.dev/first,${FINALIZER}`), WAIT);
    expect(told.filter((line) => line === 'reconcile with others.nannyai.dev/first')).toEqual([]);
    await widgets.delete(ref('a'));
    await vi.waitFor(() => expect(told.at(-1)).toBe('finalize'), WAIT);
    // Somebody changes the finalizers while ours is at work: the removal must not bring an old list back.
    const finalizers = (await widgets.get(ref('a'))).metadata.finalizers ?? [];
    await widgets.patch(ref('a'), { metadata: { finalizers: finalizers.filter((name) => name === FINALIZER) } });
    isDone.resolve();
    await vi.waitFor(async () => {
      await expect(widgets.get(ref('a'))).rejects.toMatchObject({ code: 'NotFound' });
    }, WAIT);
  });

  it('ends quietly when another removes it first, and starts anew with an object of the same name', async () => {
    const seen: unknown[] = [];
    const isDone = Promise.withResolvers<void>();
    run(
      'mine',
      {
        reconcile: async ({ metadata }) => {
          if (seen.at(-1) !== metadata.uid) seen.push(metadata.uid);
          return {};
        },
        finalize: async () => {
          await isDone.promise;
          return {};
        },
      },
      { finalizer: FINALIZER },
    );
    await create('a');
    await vi.waitFor(() => expect(seen).toHaveLength(1), WAIT);
    await widgets.delete(ref('a'));
    await widgets.patch(ref('a'), { metadata: { finalizers: null } });
    await create('a');
    isDone.resolve();
    const { metadata } = await widgets.get(ref('a'));
    await vi.waitFor(() => expect(seen).toEqual([seen[0], metadata.uid]), WAIT);
    await vi.waitFor(async () => {
      expect((await widgets.get(ref('a'))).metadata.finalizers).toEqual([FINALIZER]);
    }, WAIT);
  });

  it('waits while its object is paused, and still ends a paused object that is deleted', async () => {
    const told: string[] = [];
    run(
      'mine',
      {
        reconcile: async () => {
          told.push('reconcile');
          return {};
        },
        finalize: async () => {
          told.push('finalize');
          return {};
        },
      },
      { finalizer: FINALIZER },
    );
    await create('a');
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), WAIT);
    const before = await widgets.patch(ref('a'), { spec: { suspend: true, size: 7 } });
    expect(before.metadata.finalizers).toEqual([FINALIZER]);
    await widgets.delete(ref('a'));
    await vi.waitFor(async () => {
      await expect(widgets.get(ref('a'))).rejects.toMatchObject({ code: 'NotFound' });
    }, WAIT);
    expect(told.at(-1)).toBe('finalize');
  });
});
