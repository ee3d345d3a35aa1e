import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaultProxy } from '../../testing/fault-proxy.ts';
import { hurriedClock } from '../../testing/hurried-clock.ts';
import { freshWidget } from '../../testing/random-life.ts';
import { TestAuthority } from '../../testing/test-authority.ts';
import { widgetCrd } from '../../testing/widget-crd.ts';
import { silentLog, WidgetResource, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import type { Informer } from './informer.ts';
import { createInformer } from './store-informer.ts';

const WAIT = { timeout: 15_000, interval: 5 };

let server: TestApiServer;
let folder: string;
let proxy: FaultProxy;
let client: KubeClient;
let informer: Informer<Widget>;
let stop: AbortController;
let running: Promise<void>;
let created = 0;

beforeAll(async () => {
  server = await startTestApiServer({ crds: [widgetCrd], log: silentLog });
});
afterAll(() => server.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-rotation-'));
  const authority = await TestAuthority.create('first');
  proxy = await FaultProxy.start(server, await authority.issueServer());
  await write('ca', authority.caPem);
  await write('token', 'first');
  const config = {
    clusters: [{ name: 'c', cluster: { server: proxy.url, 'certificate-authority': 'ca' } }],
    users: [{ name: 'u', user: { tokenFile: 'token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await write('config', JSON.stringify(config));
  const clock = hurriedClock(100);
  client = createKubeClient({ kubeconfigPath: join(folder, 'config'), userAgent: 'test', log: silentLog, clock });
  informer = createInformer<Widget>({ client: client.resource<Widget>(WidgetResource), clock, log: silentLog });
  stop = new AbortController();
  running = informer.start(stop.signal);
  await create();
});
afterEach(async () => {
  stop.abort();
  await running;
  await client.close();
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

/** Makes one more widget and waits until the informer has it. */
async function create(): Promise<void> {
  const name = `widget-${++created}`;
  await server.client.resource<Widget>(WidgetResource).create(freshWidget('default', name, created));
  await vi.waitFor(() => expect(informer.store.get(`default/${name}`)).toBeDefined(), WAIT);
}

describe('an informer goes on', () => {
  it('when the server takes another authority, at first unknown to the files', async () => {
    const next = await TestAuthority.create('next');
    proxy.present(await next.issueServer());
    proxy.cut();
    const missed = freshWidget('default', `widget-${++created}`, created);
    await server.client.resource<Widget>(WidgetResource).create(missed);
    expect(informer.store.get(`default/${missed.metadata.name}`)).toBeUndefined();
    await write('ca', next.caPem);
    await create();
    expect(informer.store.get(`default/${missed.metadata.name}`)).toBeDefined();
  });

  it('when its token is refused and the file has another', async () => {
    let refusals = 0;
    proxy.decide = ({ authorization }) => {
      if (authorization === 'Bearer second') return undefined;
      refusals += 1;
      return { kind: 'Answer', status: 401, reason: 'Unauthorized' };
    };
    proxy.cut();
    await vi.waitFor(() => expect(refusals).toBeGreaterThan(2), WAIT);
    await write('token', 'second');
    await create();
  });

  it('when token and authority rotate again and again', async () => {
    for (let round = 0; round < 3; round++) {
      const next = await TestAuthority.create(`round-${round}`);
      const token = `round-${round}`;
      proxy.present(await next.issueServer());
      proxy.decide = ({ authorization }) =>
        authorization === `Bearer ${token}` ? undefined : { kind: 'Answer', status: 401, reason: 'Unauthorized' };
      proxy.cut();
      await Promise.all([write('ca', next.caPem), write('token', token)]);
      await create();
    }
    expect(informer.health().isHealthy).toBe(true);
  });
});
