import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer, statusBody } from '../../testing/scripted-api-server.ts';
import { A_PATH, impatientClock, silentLog, widget, WidgetResource, type Widget } from '../../testing/widget.ts';
import type { KubeApiError } from './kube-api-error.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import type { ResourceClient } from './resource-client.ts';

const ref = { namespace: 'default', name: 'a' };
const getA = { method: 'GET', path: A_PATH };
const patchA = { method: 'PATCH', path: A_PATH };

let server: ScriptedApiServer;
let client: KubeClient;
let widgets: ResourceClient<Widget>;
let clock: ReturnType<typeof impatientClock>;
let registry: Registry;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  clock = impatientClock();
  registry = new Registry();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog, clock, registry });
  widgets = client.resource<Widget>(WidgetResource);
});
afterEach(async () => {
  await client.close();
  await server.close();
});

async function failureOf(promise: Promise<unknown>): Promise<KubeApiError> {
  return promise.then(
    () => expect.unreachable('It succeeded'),
    (error: KubeApiError) => error,
  );
}

describe('Transport', () => {
  it('turns a Status into an error with code, status and causes', async () => {
    const failure = failureOf(widgets.patch(ref, {}));
    const causes = [{ reason: 'FieldValueInvalid', message: 'too small', field: 'spec.size' }];
    (await server.take(patchA)).status(422, 'Invalid', { details: { causes } });
    expect(await failure).toMatchObject({
      name: 'KubeApiError',
      code: 'Invalid',
      status: 422,
      message: 'Invalid it is',
      causes,
      details: [{ field: 'spec.size', message: 'too small' }],
    });
  });

  it('gives an answer that is no Status the reason of its HTTP status', async () => {
    const failure = failureOf(widgets.patch(ref, {}));
    (await server.take(patchA)).text(409, 'proxy says no');
    expect(await failure).toMatchObject({ code: 'Conflict', status: 409, message: 'HTTP 409 proxy says no' });
  });

  it('repeats a read on 500, 503 and a cut connection, waiting longer each time', async () => {
    const got = widgets.get(ref);
    (await server.take(getA)).status(500, 'InternalError');
    (await server.take(getA)).reset();
    (await server.take(getA)).text(503, 'starting');
    (await server.take(getA)).json(200, widget('a', '7'));
    expect((await got).metadata.resourceVersion).toBe('7');
    expect(clock.sleptMs).toHaveLength(3);
    for (const [index, ms] of clock.sleptMs.entries()) {
      expect(ms).toBeGreaterThanOrEqual(50 * 2 ** index);
      expect(ms).toBeLessThanOrEqual(100 * 2 ** index);
    }
  });

  it('waits as long as Retry-After says', async () => {
    const got = widgets.get(ref);
    (await server.take(getA)).json(429, statusBody(429, 'TooManyRequests'), { 'retry-after': '3' });
    (await server.take(getA)).json(200, widget('a', '7'));
    await got;
    expect(clock.sleptMs).toEqual([3000]);
  });

  it('gives up at once when Retry-After lies beyond the deadline', async () => {
    const failure = failureOf(widgets.get(ref, { deadlineMs: 2000 }));
    (await server.take(getA)).json(429, statusBody(429, 'TooManyRequests'), { 'retry-after': '3' });
    expect(await failure).toMatchObject({ code: 'TooManyRequests', retryAfterSeconds: 3 });
    expect(clock.sleptMs).toEqual([]);
  });

  it('gives up a read after six tries', async () => {
    const failure = failureOf(widgets.get(ref));
    for (let tries = 0; tries < 6; tries++) (await server.take(getA)).status(503, 'ServiceUnavailable');
    expect(await failure).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  });

  it('repeats a write that the server turned away with Retry-After, and waits as long as it says', async () => {
    const patched = widgets.patch(ref, { spec: { size: 1 } });
    (await server.take(patchA)).json(429, statusBody(429, 'TooManyRequests'), { 'retry-after': '2' });
    (await server.take(patchA)).json(503, statusBody(503, 'ServiceUnavailable'), { 'retry-after': '1' });
    const third = await server.take(patchA);
    expect(third.body).toEqual({ spec: { size: 1 } });
    third.json(200, widget('a', '2'));
    await patched;
    expect(clock.sleptMs).toEqual([2000, 1000]);
  });

  it('repeats no write after 500 with Retry-After, for it may have happened', async () => {
    const failure = failureOf(widgets.patch(ref, {}));
    (await server.take(patchA)).json(500, statusBody(500, 'ServerTimeout'), { 'retry-after': '1' });
    expect(await failure).toMatchObject({ code: 'ServerTimeout', retryAfterSeconds: 1 });
  });

  it('repeats a write after no other failure', async () => {
    const refused = failureOf(widgets.patch(ref, {}));
    (await server.take(patchA)).status(503, 'ServiceUnavailable');
    expect((await refused).code).toBe('ServiceUnavailable');
    const cut = failureOf(widgets.patch(ref, {}));
    (await server.take(patchA)).reset();
    expect(await cut).toMatchObject({ code: 'ConnectionFailed', status: 503 });
    expect(clock.sleptMs).toEqual([]);
  });

  it('does not repeat what the server refuses for good', async () => {
    const failure = failureOf(widgets.get(ref));
    (await server.take(getA)).status(404, 'NotFound');
    expect((await failure).code).toBe('NotFound');
  });

  it('tries once more, with credentials read anew, when they were refused', async () => {
    const patched = widgets.patch(ref, {});
    (await server.take(patchA)).status(401, 'Unauthorized');
    (await server.take(patchA)).json(200, widget('a', '2'));
    await patched;
    const failure = failureOf(widgets.patch(ref, {}));
    (await server.take(patchA)).status(401, 'Unauthorized');
    (await server.take(patchA)).status(401, 'Unauthorized');
    expect((await failure).code).toBe('Unauthorized');
  });

  it('ends a call at its deadline with Timeout, and on its signal with Aborted', async () => {
    const late = failureOf(widgets.get(ref, { deadlineMs: 20 }));
    await server.take(getA);
    expect(await late).toMatchObject({ code: 'Timeout', status: 504 });
    const controller = new AbortController();
    const aborted = failureOf(widgets.get(ref, { signal: controller.signal }));
    await server.take(getA);
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'Aborted', status: 499 });
  });

  it('says what was wrong when no server listens', async () => {
    const gone = await ScriptedApiServer.start();
    const url = gone.url;
    await gone.close();
    const other = createKubeClient({ server: { url }, userAgent: 'nanny-test', log: silentLog, clock });
    const failure = await failureOf(other.raw('GET', '/version'));
    expect(failure.code).toBe('ConnectionFailed');
    expect(failure.message).toContain('ECONNREFUSED');
    await other.close();
  });

  it('asks for plain text, in which a large answer costs the least time', async () => {
    const got = widgets.get(ref);
    const request = await server.take(getA);
    expect(request.headers['accept-encoding']).toBe('identity');
    request.json(200, widget('a', '7'));
    await got;
  });

  it('uses one connection for calls in a row', async () => {
    for (let calls = 0; calls < 5; calls++) {
      const got = widgets.get(ref);
      (await server.take(getA)).json(200, widget('a', '7'));
      await got;
      // The socket goes back to the pool after the answer's end was read.
      await new Promise(setImmediate);
    }
    expect(server.connections).toBe(1);
  });

  it('fails calls that run or come after close', async () => {
    const running = failureOf(widgets.get(ref));
    await server.take(getA);
    await client.close();
    expect((await running).code).toBe('ConnectionFailed');
    expect((await failureOf(widgets.get(ref))).message).toContain('the client is closed');
  });

  it('counts requests by method and status', async () => {
    const got = widgets.get(ref);
    (await server.take(getA)).json(200, widget('a', '7'));
    await got;
    expect(await registry.metrics()).toContain('rest_client_requests_total{code="200",method="GET"} 1');
  });

  it('keeps the path that stands before the API in the address of the server', async () => {
    const proxied = createKubeClient({
      server: { url: `${server.url}/k8s/clusters/c-1/` },
      userAgent: 'nanny-test',
      log: silentLog,
    });
    const version = proxied.raw('GET', '/version');
    (await server.take({ method: 'GET', path: '/k8s/clusters/c-1/version' })).json(200, { major: '1' });
    expect(await version).toEqual({ major: '1' });
    await proxied.close();
  });
});

describe('createKubeClient', () => {
  it('wants exactly one way to the server', () => {
    expect(() => createKubeClient({ userAgent: 'x', log: silentLog })).toThrow('exactly one');
    expect(() => createKubeClient({ userAgent: 'x', log: silentLog, inCluster: true, kubeconfigPath: 'y' })).toThrow(
      'exactly one',
    );
  });
});
