import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer } from '../testing/scripted-api-server.ts';
import { silentLog, widget } from '../testing/widget.ts';
import { createKubeClient, type KubeClient } from './client/kube-client.ts';
import { EventRecorder } from './event-recorder.ts';

const EVENTS_PATH = '/api/v1/namespaces/default/events';
const step = { type: 'Normal', reason: 'StepDone', message: 'Step 1 is done' } as const;

let server: ScriptedApiServer;
let client: KubeClient;
let clock: FakeClock;
let recorder: EventRecorder;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  clock = new FakeClock(new Date('2026-05-01T10:00:00.123Z'));
  client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog });
  recorder = new EventRecorder({ client, component: 'nannyapi-operator', clock, log: silentLog });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

/** Answers the creation of an event and gives its name. */
async function takeCreation(): Promise<string> {
  const request = await server.take({ method: 'POST', path: EVENTS_PATH });
  request.json(201, request.body);
  return (request.body as { metadata: { name: string } }).metadata.name;
}

describe('EventRecorder', () => {
  it('writes an event as kubectl describe shows it', async () => {
    recorder.record(widget('a', '7'), step);
    const request = await server.take({ method: 'POST', path: EVENTS_PATH });
    expect(request.body).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: expect.stringMatching(/^a\.[0-9a-f]{16}$/), namespace: 'default' },
      involvedObject: {
        apiVersion: 'test.nannyai.dev/v1',
        kind: 'Widget',
        name: 'a',
        namespace: 'default',
        uid: 'uid-a',
        resourceVersion: '7',
      },
      ...step,
      count: 1,
      firstTimestamp: '2026-05-01T10:00:00Z',
      lastTimestamp: '2026-05-01T10:00:00Z',
      source: { component: 'nannyapi-operator' },
      reportingComponent: 'nannyapi-operator',
      reportingInstance: 'nannyapi-operator',
    });
    request.json(201, request.body);
    await recorder.flush();
  });

  it('counts repetitions on the first event, and begins a new one when that is gone', async () => {
    recorder.record(widget('a', '7'), step);
    const path = `${EVENTS_PATH}/${await takeCreation()}`;
    await clock.advance(5000);
    recorder.record(widget('a', '8'), step);
    const patch = await server.take({ method: 'PATCH', path });
    expect(patch.body).toEqual({ count: 2, lastTimestamp: '2026-05-01T10:00:05Z', message: step.message });
    patch.json(200, {});
    recorder.record(widget('a', '8'), step);
    (await server.take({ method: 'PATCH', path })).status(404, 'NotFound');
    expect(await takeCreation()).not.toBe(path.split('/').at(-1));
    await recorder.flush();
  });

  it('keeps apart objects, reasons and messages', async () => {
    recorder.record(widget('a', '7'), step);
    recorder.record(widget('b', '7'), step);
    recorder.record(widget('a', '7'), { ...step, message: 'Step 2 is done' });
    const names = new Set([await takeCreation(), await takeCreation(), await takeCreation()]);
    expect(names.size).toBe(3);
    await recorder.flush();
  });

  it('throws nothing at its caller when the API server refuses, and goes on', async () => {
    recorder.record(widget('a', '7'), step);
    recorder.record(widget('b', '7'), step);
    (await server.take({ method: 'POST', path: EVENTS_PATH })).status(403, 'Forbidden');
    expect(await takeCreation()).toMatch(/^b\./);
    await expect(recorder.flush()).resolves.toBeUndefined();
  });

  it('drops events when too many wait, instead of holding all in memory', async () => {
    for (let index = 0; index < 300; index++) recorder.record(widget(`w${index}`, '7'), step);
    for (let index = 0; index < 256; index++) expect(await takeCreation()).toMatch(new RegExp(`^w${index}\\.`));
    await recorder.flush();
    expect(server.untaken).toBe(0);
  });

  it('cuts messages that the API server would refuse', async () => {
    recorder.record(widget('a', '7'), { ...step, message: 'x'.repeat(2000) });
    const request = await server.take({ method: 'POST', path: EVENTS_PATH });
    expect((request.body as { message: string }).message).toHaveLength(1024);
    request.json(201, request.body);
    await recorder.flush();
  });

  it('counts messages that are too much alike on one event, which shows the newest', async () => {
    for (let index = 0; index < 12; index++) recorder.record(widget('a', '7'), { ...step, message: `Step ${index}` });
    const bodies: unknown[] = [];
    let combined = '';
    for (let index = 0; index < 11; index++) {
      const request = await server.take({ method: 'POST', path: EVENTS_PATH });
      request.json(201, request.body);
      const { message, metadata } = request.body as { message: string; metadata: { name: string } };
      bodies.push(message);
      combined = metadata.name;
    }
    expect(bodies.at(-1)).toBe('(combined from similar events): Step 10');
    const patch = await server.take({ method: 'PATCH', path: `${EVENTS_PATH}/${combined}` });
    expect(patch.body).toMatchObject({ count: 2, message: '(combined from similar events): Step 11' });
    patch.json(200, {});
    await recorder.flush();
  });

  it('gives up a write that hangs, and the rest after the flush deadline: nobody waits for a dying server', async () => {
    const timed = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog, clock });
    recorder = new EventRecorder({ client: timed, component: 'nannyapi-operator', clock, log: silentLog });
    for (const name of ['a', 'b', 'c']) recorder.record(widget(name, '7'), step);
    await server.take({ method: 'POST', path: EVENTS_PATH });
    await clock.advance(5_000);
    const second = await server.take({ method: 'POST', path: EVENTS_PATH });
    expect((second.body as { metadata: { name: string } }).metadata.name).toMatch(/^b\./);
    const flushed = recorder.flush();
    await clock.advance(4_999);
    expect(server.untaken).toBe(0);
    await clock.advance(1);
    await flushed;
    await server.take({ method: 'POST', path: EVENTS_PATH });
    await timed.close();
  });
});
