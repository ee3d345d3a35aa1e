import { connect, type Socket } from 'node:net';
import { systemClock } from '@nannyapi/process';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedApiServer } from '../../testing/scripted-api-server.ts';
import { A_PATH, silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { KubeApiError } from './kube-api-error.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import { createRequestMetrics } from './request-metrics.ts';
import type { ResourceClient } from './resource-client.ts';
import { Transport } from './transport.ts';
import { guardWrites, type WriteGuard } from './write-guard.ts';

const REF = { namespace: 'default', name: 'a' };

/** A guard that the test opens and shuts. */
class Gate implements WriteGuard {
  isOpen = true;
  readonly abort = new AbortController();
  underWay = 0;

  admit() {
    if (!this.isOpen) throw new KubeApiError({ code: 'NotLeading', message: 'Shut', status: 503 });
    this.underWay += 1;
    return { signal: this.abort.signal, [Symbol.dispose]: () => void (this.underWay -= 1) };
  }
}

let server: ScriptedApiServer;
let client: KubeClient;
let gate: Gate;
let widgets: ResourceClient<Widget>;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog });
  gate = new Gate();
  widgets = client.guarded(gate).resource<Widget>(WidgetResource);
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('a guarded client', () => {
  it('sends admitted writes and knows when they are answered', async () => {
    const patched = widgets.patch(REF, { spec: { size: 1 } });
    const patch = await server.take({ method: 'PATCH', path: A_PATH });
    expect(gate.underWay).toBe(1);
    patch.json(200, widget('a', '2'));
    await patched;
    expect(gate.underWay).toBe(0);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['create', () => widgets.create(widget('a', ''))],
    ['update', () => widgets.update(widget('a', '1'))],
    ['patch', () => widgets.patch(REF, {})],
    ['patchStatus', () => widgets.patchStatus(REF, {})],
    ['apply', () => widgets.apply(widget('a', '1'), { fieldManager: 'test' })],
    ['delete', () => widgets.delete(REF)],
    ['raw POST', () => client.guarded(gate).raw('POST', WIDGETS_PATH, {})],
  ])('sends no byte of a refused %s', async (_, write) => {
    gate.isOpen = false;
    await expect(write()).rejects.toMatchObject({ code: 'NotLeading', status: 503 });
    expect([server.untaken, server.connections]).toEqual([0, 0]);
  });

  it('reads without asking', async () => {
    gate.isOpen = false;
    const got = widgets.get(REF);
    (await server.take({ method: 'GET', path: A_PATH })).json(200, widget('a', '1'));
    expect((await got).metadata.name).toBe('a');
  });

  it('uses the sockets of the client it came from, and leaves them to it', async () => {
    for (const each of [client, client.guarded(gate), client.guarded(gate)]) {
      const got = each.resource<Widget>(WidgetResource).patch(REF, {});
      (await server.take({ method: 'PATCH', path: A_PATH })).json(200, widget('a', '1'));
      await got;
      if (each !== client) await each.close();
      // The socket is free again a turn after its answer.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(server.connections).toBe(1);
  });

  it('asks again before it repeats a write that the server put off', async () => {
    const patched = widgets.patch(REF, {});
    const first = await server.take({ method: 'PATCH', path: A_PATH });
    gate.isOpen = false;
    first.json(429, { kind: 'Status', reason: 'TooManyRequests' }, { 'retry-after': '0' });
    await expect(patched).rejects.toMatchObject({ code: expect.stringMatching(/NotLeading|TooManyRequests/) });
    expect(server.untaken).toBe(0);
  });

  it('aborts a write under way when the right to it ends', async () => {
    const patched = widgets.patch(REF, {});
    const patch = await server.take({ method: 'PATCH', path: A_PATH });
    gate.abort.abort(new KubeApiError({ code: 'NotLeading', message: 'Lost', status: 503 }));
    await expect(patched).rejects.toMatchObject({ code: 'NotLeading' });
    await patch.closed();
    expect(gate.underWay).toBe(0);
  });

  it('gives the permit back when the connection is cut', async () => {
    const patched = widgets.patch(REF, {});
    (await server.take({ method: 'PATCH', path: A_PATH })).reset();
    await expect(patched).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(gate.underWay).toBe(0);
  });

  it('asks when the request is written, not when the call is made: a connection may take long', async () => {
    let finishConnecting: (() => void) | undefined;
    const dispatcher = new Agent({
      connect: (_options, callback) => {
        finishConnecting = () => {
          const socket: Socket = connect(server.port, '127.0.0.1', () => callback(null, socket));
        };
      },
    });
    const source = {
      get: async () => ({ origin: server.url, pathPrefix: '', dispatcher, headers: {} }),
      invalidate: () => undefined,
      close: () => dispatcher.destroy(),
    };
    const transport = new Transport({
      connections: guardWrites(source, gate),
      userAgent: 'nanny-test',
      log: silentLog,
      clock: systemClock,
      metrics: createRequestMetrics(),
      random: Math.random,
    });
    const request = { method: 'PATCH', path: A_PATH, body: {}, resource: 'widgets' };
    try {
      const written = transport.json(request);
      const finish = await vi.waitFor(() => finishConnecting ?? Promise.reject(new Error('Did not connect')));
      gate.isOpen = false;
      finish();
      await expect(written).rejects.toMatchObject({ code: 'NotLeading' });
      expect(server.untaken).toBe(0);
    } finally {
      await source.close();
    }
  });
});
