import { AgentResource, type Agent } from '@nannyapi/crds';
import { createLogger } from '@nannyapi/process';
import { createInformer, type ResourceClient } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShiftedClock } from '../../testing/shifted-clock.ts';
import { createAgent } from '../../testing/test-objects.ts';
import { WrittenStore } from './written-store.ts';

let api: TestApiServer;
let agents: ResourceClient<Agent>;
let clock: ShiftedClock;
let store: WrittenStore<Agent>;
let stop: AbortController;
let running: Promise<void>;
let number = 0;
let name: string;
let key: string;

beforeAll(async () => {
  api = await startTestApiServer();
  agents = api.client.resource<Agent>(AgentResource);
});

afterAll(async () => {
  stop?.abort();
  await running;
  await api?.close();
});

beforeEach(() => {
  stop?.abort();
  name = `agent-${number++}`;
  key = `default/${name}`;
  clock = new ShiftedClock();
  const log = createLogger({ name: 'test', level: 'silent' });
  store = new WrittenStore(createInformer<Agent>({ client: agents, clock, log }), clock);
  stop = new AbortController();
});

async function listen(): Promise<void> {
  running = store.informer.start(stop.signal);
  await store.informer.waitForSync({ signal: stop.signal });
}

const suspend = (): Promise<Agent> => agents.patch({ namespace: 'default', name }, { spec: { suspend: true } });

describe('an own write', () => {
  it('is known before the cache hears of it', async () => {
    const created = store.remember(await createAgent(api.client, name));
    expect(store.informer.store.get(key)).toBeUndefined();
    expect(store.get(key)).toBe(created);
  });

  it('counts for more than an older state in the cache, until the cache has caught up', async () => {
    await createAgent(api.client, name);
    await listen();
    const suspended = store.remember(await suspend());
    expect(store.get(key)?.spec.suspend).toBe(true);
    await vi.waitFor(() => expect(store.informer.store.get(key)?.spec.suspend).toBe(true));
    expect(store.get(key)).not.toBe(suspended);
  });

  it('counts for less than a newer state in the cache, however late its answer comes', async () => {
    const created = await createAgent(api.client, name);
    await suspend();
    await listen();
    store.remember(created);
    expect(store.get(key)?.spec.suspend).toBe(true);
  });

  it('of an object that was deleted meanwhile fades within seconds', async () => {
    await listen();
    const created = await createAgent(api.client, name);
    await vi.waitFor(() => expect(store.get(key)).toBeDefined());
    await agents.delete({ namespace: 'default', name });
    await vi.waitFor(() => expect(store.get(key)).toBeUndefined());
    store.remember(created);
    clock.shift(5.1);
    expect(store.get(key)).toBeUndefined();
  });

  it('is forgotten when the API server has no such object', async () => {
    store.remember(await createAgent(api.client, name));
    store.forget(key);
    expect(store.get(key)).toBeUndefined();
  });
});
