import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer, statusBody, type Exchange } from '../../testing/scripted-api-server.ts';
import { silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import type { Informer } from './informer.ts';
import { createInformer } from './store-informer.ts';

let server: ScriptedApiServer;
let client: KubeClient;
let clock: FakeClock;
let informer: Informer<Widget>;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  clock = new FakeClock();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'test', log: silentLog, clock });
  informer = createInformer<Widget>({ client: client.resource<Widget>(WidgetResource), clock, log: silentLog });
  stop = new AbortController();
  running = informer.start(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await client.close();
  await server.close();
});

async function takeList(): Promise<Exchange> {
  return server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500' } });
}

async function takeWatch(resourceVersion: string): Promise<Exchange> {
  const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: /^\d+$/ };
  return server.take({ method: 'GET', path: WIDGETS_PATH, query });
}

const bookmark = { metadata: { resourceVersion: '20' } };

/** Passes virtual seconds, and real moments in which sockets get on, until something is so. */
async function passUntil(isSo: () => boolean): Promise<void> {
  for (let seconds = 0; seconds < 1_000 && !isSo(); seconds++) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(isSo()).toBe(true);
}

async function holds(count: number): Promise<void> {
  await expect.poll(() => informer.store.list()).toHaveLength(count);
}

const isRed = (): boolean => !informer.health().isHealthy;
const hasRequest = (): boolean => server.untaken > 0;

describe('an informer whose API server falls silent', () => {
  it('drops a watch after 90 seconds without a byte, and resumes it', async () => {
    (await takeList()).list('9', []);
    const watch = (await takeWatch('9')).stream().send('BOOKMARK', bookmark).send('ADDED', widget('a', '21'));
    await holds(1);
    await clock.advance(60_000);
    watch.send('ADDED', widget('b', '22'));
    await holds(2);
    await clock.advance(89_000);
    watch.send('ADDED', widget('c', '23'));
    await holds(3);
    await clock.advance(91_000);
    await watch.closed();
    await passUntil(hasRequest);
    await takeWatch('20');
    expect(informer.health().isHealthy).toBe(true);
  });

  it('lists after a watch that never brought a byte: open and dead looks like open and quiet', async () => {
    (await takeList()).list('9', []);
    const watch = (await takeWatch('9')).stream();
    await passUntil(hasRequest);
    await watch.closed();
    (await takeList()).list('30', [widget('a', '25')]);
    await takeWatch('30');
    await holds(1);
    expect(informer.health().isHealthy).toBe(true);
  });

  it('turns red after four minutes of lists that hang, and green when one comes', async () => {
    const startMs = clock.monotonicMs();
    await passUntil(isRed);
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(239_000);
    expect(informer.health().message).toContain('The API server has said nothing for');
    let list = await takeList();
    while (server.untaken > 0) list = await takeList();
    await passUntil(hasRequest);
    list = await takeList();
    list.list('9', []);
    await takeWatch('9');
    expect(informer.health()).toMatchObject({ isHealthy: true });
  });

  it('turns red while it is refused, with the reason', async () => {
    (await takeList()).list('9', []);
    (await takeWatch('9')).stream().send('ERROR', statusBody(403, 'Forbidden'));
    while (!isRed()) {
      await passUntil(hasRequest);
      (await takeList()).status(403, 'Forbidden');
    }
    expect(informer.health()).toMatchObject({
      isHealthy: false,
      message: expect.stringContaining('the last failure: Forbidden it is'),
    });
  });
});
