import { FakeClock } from '@nannyapi/process';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../testing/widget.ts';
import type { Informer, InformerHealth } from './informer/informer.ts';
import { Manager, type Runnable } from './manager.ts';
import type { KubeObject } from './objects.ts';

let clock: FakeClock;
let stop: AbortController;
let told: string[];

beforeEach(() => {
  clock = new FakeClock();
  stop = new AbortController();
  told = [];
});

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function part(name: string, run: (signal: AbortSignal) => Promise<void> = aborted): Runnable {
  return {
    name,
    async start(signal) {
      told.push(`${name} starts`);
      await run(signal);
      told.push(`${name} ends`);
    },
  };
}

/** An informer without a server behind it, which syncs when the test says so. */
class ManualInformer implements Informer<KubeObject> {
  readonly name = 'widgets';
  readonly store = { get: () => undefined, list: () => [], byIndex: () => [] };
  isHealthy = true;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  start(signal: AbortSignal): Promise<void> {
    return part('informer').start(signal);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  retransform(): void {}

  health(): InformerHealth {
    return { isHealthy: this.isHealthy };
  }

  async waitForSync({ signal }: { signal: AbortSignal }): Promise<void> {
    await Promise.race([this.#synced.promise, aborted(signal).then(() => Promise.reject(signal.reason as Error))]);
  }

  onChange(): () => void {
    return () => undefined;
  }

  sync(): void {
    this.#hasSynced = true;
    this.#synced.resolve();
  }
}

describe('Manager', () => {
  it('starts runnables only after the informers have synced, and is ready then', async () => {
    const manager = new Manager({ log: silentLog, clock });
    const informer = new ManualInformer();
    manager.addInformer(informer);
    manager.add(part('controller'));
    expect(manager.isReady()).toBe(false);
    const running = manager.start(stop.signal);
    await clock.advance(0);
    expect(told).toEqual(['informer starts']);
    expect(manager.unhealthy()).toEqual(['widgets']);
    informer.sync();
    await clock.advance(0);
    expect(told).toEqual(['informer starts', 'controller starts']);
    expect(manager.isReady()).toBe(true);
    stop.abort();
    await running;
    expect(told.slice(2).toSorted((a, b) => a.localeCompare(b))).toEqual(['controller ends', 'informer ends']);
    expect(manager.isReady()).toBe(false);
  });

  it('stops everything and rejects when a part fails', async () => {
    const manager = new Manager({ log: silentLog, clock });
    manager.add(part('steady'));
    manager.add(part('broken', () => Promise.reject(new Error('out of luck'))));
    await expect(manager.start(stop.signal)).rejects.toThrow('out of luck');
    expect(told).toContain('steady ends');
    expect(manager.unhealthy()).toEqual(['broken']);
  });

  it('takes a part that ends by itself for a failure', async () => {
    const manager = new Manager({ log: silentLog, clock });
    manager.add(part('short', () => Promise.resolve()));
    await expect(manager.start(stop.signal)).rejects.toThrow('short ended although nobody stopped it');
  });

  it('gives up when the informers do not sync in time', async () => {
    const manager = new Manager({ log: silentLog, clock, syncTimeoutSeconds: 60 });
    manager.addInformer(new ManualInformer());
    const running = manager.start(stop.signal);
    const failure = running.catch((error: unknown) => error);
    await clock.advance(60_000);
    expect(await failure).toMatchObject({ code: 'DeadlineExceeded' });
    expect(told).toEqual(['informer starts', 'informer ends']);
  });

  it('resolves when it is stopped before the informers have synced', async () => {
    const manager = new Manager({ log: silentLog, clock });
    manager.addInformer(new ManualInformer());
    const running = manager.start(stop.signal);
    stop.abort();
    await expect(running).resolves.toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('runs runnables only while it leads, and is ready also while it does not', async () => {
    const elected = Promise.withResolvers<void>();
    const lost = new AbortController();
    const manager = new Manager({
      log: silentLog,
      clock,
      leadership: async (signal, work) => {
        await elected.promise;
        await work(lost.signal);
        await aborted(signal);
      },
    });
    manager.add(part('controller'));
    const running = manager.start(stop.signal);
    await clock.advance(0);
    expect(told).toEqual([]);
    expect(manager.isReady()).toBe(true);
    elected.resolve();
    await clock.advance(0);
    expect(told).toEqual(['controller starts']);
    lost.abort();
    await clock.advance(0);
    expect(told).toEqual(['controller starts', 'controller ends']);
    expect(manager.isReady()).toBe(true);
    stop.abort();
    await running;
  });

  it('ends in the reverse order: runnables, drains, leadership, informers', async () => {
    const manager = new Manager({
      log: silentLog,
      clock,
      leadership: async (signal, work) => {
        await work(signal);
        told.push('leadership ends');
      },
    });
    const informer = new ManualInformer();
    informer.sync();
    manager.addInformer(informer);
    manager.add(part('controller'));
    for (const name of ['first', 'second'])
      manager.addDrain({ name, drain: async () => void told.push(`${name} drains`) });
    const running = manager.start(stop.signal);
    await clock.advance(0);
    told.length = 0;
    stop.abort();
    await running;
    expect(told).toEqual(['controller ends', 'second drains', 'first drains', 'leadership ends', 'informer ends']);
  });

  it('gives up leadership also when a part or a drain does not end', async () => {
    let isOver = false;
    const manager = new Manager({
      log: silentLog,
      clock,
      drainSeconds: 20,
      leadership: async (signal, work) => {
        await work(signal);
        isOver = true;
      },
    });
    const never = new Promise<void>(() => undefined);
    manager.add(part('deaf', () => never));
    manager.addDrain({ name: 'events', drain: () => never });
    const running = manager.start(stop.signal);
    await clock.advance(0);
    stop.abort();
    await clock.advance(19_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await running;
    expect(isOver).toBe(true);
  });

  it('ends with the loss of leadership as its failure', async () => {
    const manager = new Manager({
      log: silentLog,
      clock,
      leadership: async (_, work) => {
        const term = new AbortController();
        const working = work(term.signal);
        term.abort();
        await working;
        throw new Error('lost');
      },
    });
    manager.add(part('controller'));
    await expect(manager.start(stop.signal)).rejects.toThrow('lost');
    expect(manager.readiness()).toContainEqual({ name: 'leadership', problem: 'lost' });
  });

  it('tells of each part by name whether it works and whether it is stuck', async () => {
    const manager = new Manager({ log: silentLog, clock });
    const informer = new ManualInformer();
    let trouble: string | undefined;
    manager.addInformer(informer);
    manager.add({ ...part('controller'), problem: () => trouble });
    manager.addCheck('election', () => trouble && `also ${trouble}`);
    const running = manager.start(stop.signal);
    await clock.advance(0);
    expect(manager.readiness()).toEqual([
      { name: 'widgets', problem: 'has not listed its objects' },
      { name: 'controller' },
    ]);
    expect(manager.liveness()).toEqual([{ name: 'widgets' }, { name: 'controller' }, { name: 'election' }]);
    informer.sync();
    await clock.advance(0);
    expect(manager.isReady()).toBe(true);
    trouble = 'a pass does not end';
    informer.isHealthy = false;
    expect(manager.liveness()).toEqual([
      { name: 'widgets', problem: 'hears nothing' },
      { name: 'controller', problem: 'a pass does not end' },
      { name: 'election', problem: 'also a pass does not end' },
    ]);
    expect(manager.unhealthy()).toEqual(['widgets', 'controller', 'election']);
    stop.abort();
    await running;
  });
});
