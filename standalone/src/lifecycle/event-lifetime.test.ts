import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RawClient, startTestApiServer, type TestApiServer } from '../../testing/index.ts';
import { EVENT_LIFETIME_MS, lastWriteMs } from './event-lifetime.ts';

const EVENTS = '/api/v1/namespaces/default/events';
const MINUTE_MS = 60_000;

let clock: FakeClock;
let dataDir: string;
let server: TestApiServer;
let raw: RawClient;

async function start(): Promise<void> {
  server = await startTestApiServer({ crds: [], clock, dataDir });
  raw = new RawClient(server);
}

async function stop(): Promise<void> {
  raw.close();
  await server.close();
}

beforeEach(async () => {
  clock = new FakeClock(new Date());
  dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-events-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(dataDir, { recursive: true });
});

async function tell(name: string): Promise<void> {
  const involvedObject = { kind: 'ConfigMap', apiVersion: 'v1', name: 'c', namespace: 'default' };
  const body = { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject, reason: 'Told', message: 'm' };
  const answer = await raw.send('POST', EVENTS, { body });
  expect(answer.code, answer.text).toBe(201);
}

async function names(): Promise<string[]> {
  const { body } = await raw.send('GET', EVENTS);
  return body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
}

describe('Events', () => {
  it('end an hour after they were told, each by its own time, and watchers hear of it', async () => {
    await tell('first');
    const { resourceVersion } = (await raw.send('GET', EVENTS)).body.metadata;
    const watch = await raw.watch(`${EVENTS}?watch=1&timeoutSeconds=7200&resourceVersion=${resourceVersion}`);
    await clock.advance(30 * MINUTE_MS);
    await tell('second');
    await clock.advance(EVENT_LIFETIME_MS - 30 * MINUTE_MS - 1);
    expect(await names()).toEqual(['first', 'second']);
    await clock.advance(1);
    await vi.waitFor(async () => expect(await names()).toEqual(['second']));
    expect((await watch.next()).type).toBe('ADDED');
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'first' } } });
    watch.close();
    await clock.advance(30 * MINUTE_MS);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });

  it('live another hour when they are told again', async () => {
    await tell('repeated');
    await tell('once');
    await clock.advance(59 * MINUTE_MS);
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await raw.send('PATCH', `${EVENTS}/repeated`, { headers, body: { count: 2 } })).code).toBe(200);
    await clock.advance(MINUTE_MS);
    await vi.waitFor(async () => expect(await names()).toEqual(['repeated']));
    await clock.advance(59 * MINUTE_MS);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });

  it('grow older while the server is down', async () => {
    await tell('old');
    await clock.advance(40 * MINUTE_MS);
    await tell('young');
    await stop();
    await clock.advance(30 * MINUTE_MS);
    await start();
    await clock.advance(0);
    await vi.waitFor(async () => expect(await names()).toEqual(['young']));
    await clock.advance(30 * MINUTE_MS);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });

  it('end by the hundreds', async () => {
    await Promise.all(Array.from({ length: 250 }, async (_, index) => await tell(`e-${index}`)));
    await clock.advance(EVENT_LIFETIME_MS);
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });
});

describe('the last write of an event', () => {
  it('is the newest of the times that the server gave it, whatever the client says', () => {
    const metadata = { creationTimestamp: '2026-01-01T00:00:00Z' };
    expect(lastWriteMs({ apiVersion: 'v1', kind: 'Event', metadata, lastTimestamp: '2030-01-01T00:00:00Z' })).toBe(
      Date.parse('2026-01-01T00:00:00Z'),
    );
    const entry = {
      manager: 'm',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {},
    } as const;
    const managedFields = [{ ...entry, time: '2026-01-01T00:30:00Z' }];
    expect(lastWriteMs({ apiVersion: 'v1', kind: 'Event', metadata: { ...metadata, managedFields } })).toBe(
      Date.parse('2026-01-01T00:30:00Z'),
    );
  });
});
