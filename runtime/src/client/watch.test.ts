import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer, statusBody, type Exchange } from '../../testing/scripted-api-server.ts';
import { silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import type { ResourceClient, WatchEvent } from './resource-client.ts';

let server: ScriptedApiServer;
let client: KubeClient;
let widgets: ResourceClient<Widget>;
let stop: AbortController;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog });
  widgets = client.resource<Widget>(WidgetResource);
  stop = new AbortController();
});
afterEach(async () => {
  await client.close();
  await server.close();
});

interface Watching {
  events: WatchEvent<Widget>[];
  done: Promise<unknown>;
  exchange: Exchange;
}

async function watch(idleTimeoutMs?: number): Promise<Watching> {
  const events: WatchEvent<Widget>[] = [];
  const done = (async () => {
    const query = { resourceVersion: '5', timeoutSeconds: 60, allowWatchBookmarks: true };
    for await (const event of widgets.watch(query, { signal: stop.signal, idleTimeoutMs })) events.push(event);
  })().catch((error: unknown) => error);
  const exchange = await server.take({
    method: 'GET',
    path: WIDGETS_PATH,
    query: { watch: 'true', resourceVersion: '5', timeoutSeconds: '60', allowWatchBookmarks: 'true' },
  });
  return { events, done, exchange };
}

describe('watch', () => {
  it('gives events and bookmarks until the server closes', async () => {
    const { events, done, exchange } = await watch();
    exchange.stream().send('ADDED', widget('a', '6')).send('DELETED', widget('a', '7'));
    exchange.send('BOOKMARK', { kind: 'Widget', metadata: { resourceVersion: '9' } }).end();
    expect(await done).toBeUndefined();
    expect(events).toEqual([
      { type: 'ADDED', object: widget('a', '6') },
      { type: 'DELETED', object: widget('a', '7') },
      { type: 'BOOKMARK', resourceVersion: '9' },
    ]);
  });

  it('joins lines and characters that were cut in transit', async () => {
    const { events, done, exchange } = await watch();
    const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: widget('ä', '6') })}\n`);
    exchange.stream();
    for (const byte of line) {
      exchange.write(Buffer.from([byte]) as unknown as string);
      await new Promise(setImmediate);
    }
    exchange.end();
    await done;
    expect(events).toEqual([{ type: 'ADDED', object: widget('ä', '6') }]);
  });

  it('drops a last line without its end', async () => {
    const { events, done, exchange } = await watch();
    exchange.stream().send('ADDED', widget('a', '6')).write('{"type":"ADDED","object":{"meta').end();
    expect(await done).toBeUndefined();
    expect(events).toHaveLength(1);
  });

  it('fails when the connection is cut', async () => {
    const { events, done, exchange } = await watch();
    exchange.stream().send('ADDED', widget('a', '6'));
    await expect.poll(() => events.length).toBe(1);
    exchange.reset();
    expect(await done).toMatchObject({ code: 'ConnectionFailed' });
  });

  it('throws an ERROR event as the error it tells of', async () => {
    const { done, exchange } = await watch();
    exchange.stream().send('ERROR', statusBody(410, 'Expired'));
    expect(await done).toMatchObject({ code: 'Expired', status: 410 });
    await exchange.closed();
  });

  it('throws a refused watch as the error it tells of', async () => {
    const { done, exchange } = await watch();
    exchange.status(403, 'Forbidden');
    expect(await done).toMatchObject({ code: 'Forbidden' });
  });

  it.each(['not json\n', '[]\n', '{"type":"NEWS","object":{}}\n', '{"type":"BOOKMARK","object":{}}\n'])(
    'fails on the line %j',
    async (text) => {
      const { done, exchange } = await watch();
      exchange.stream().write(text);
      expect(await done).toMatchObject({ code: 'ConnectionFailed' });
      await exchange.closed();
    },
  );

  it('gives objects of megabytes, and tells the bookmark that ends the initial events', async () => {
    const { events, done, exchange } = await watch();
    const large = widget('large', '6', { spec: { owner: 'x'.repeat(3_000_000) } });
    exchange.stream().send('ADDED', large).send('ADDED', widget('small', '7'));
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    exchange.send('BOOKMARK', { metadata: { resourceVersion: '8', annotations } }).end();
    expect(await done).toBeUndefined();
    expect(events).toEqual([
      { type: 'ADDED', object: large },
      { type: 'ADDED', object: widget('small', '7') },
      { type: 'BOOKMARK', resourceVersion: '8', isInitialEventsEnd: true },
    ]);
  });

  it.each(['{"type":"ADDED","object":null}', '{"type":"BOOKMARK","object":{}}', 'null', '[1]'])(
    'refuses the line %s',
    async (line) => {
      const { done, exchange } = await watch();
      exchange.stream().write(`${line}\n`);
      expect(await done).toMatchObject({
        code: 'ConnectionFailed',
        message: expect.stringContaining('cannot be read'),
      });
    },
  );

  it('fails when the connection stays silent for too long', async () => {
    const { done, exchange } = await watch(50);
    exchange.stream();
    expect(await done).toMatchObject({ code: 'Timeout', status: 504 });
    await exchange.closed();
  });

  it('ends without an error when its signal aborts or the client closes', async () => {
    const first = await watch();
    first.exchange.stream();
    stop.abort();
    expect(await first.done).toBeUndefined();
    await first.exchange.closed();
    stop = new AbortController();
    const second = await watch();
    second.exchange.stream();
    await client.close();
    expect(await second.done).toBeUndefined();
    await second.exchange.closed();
  });

  it('closes its connection when the reader stops reading', async () => {
    const iterator = widgets.watch({}, { signal: stop.signal })[Symbol.asyncIterator]();
    const next = iterator.next();
    const exchange = await server.take({
      method: 'GET',
      path: WIDGETS_PATH,
      query: { watch: 'true', timeoutSeconds: '300' },
    });
    exchange.stream().send('ADDED', widget('a', '6'));
    expect((await next).value).toMatchObject({ type: 'ADDED' });
    await iterator.return?.();
    await exchange.closed();
  });
});
