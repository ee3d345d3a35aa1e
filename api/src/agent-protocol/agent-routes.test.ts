import {
  AgentResource,
  AgentTaskResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Investigation,
} from '@nannyapi/crds';
import { FakeClock } from '@nannyapi/process';
import { POLICY_HASH, validateCancel, validateHello, validateTask } from '@nannyapi/protocol';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventReader } from '../../testing/event-reader.ts';
import { startTestFacade, TOKENS, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent, createTask, JOURNAL, POLICY } from '../../testing/test-objects.ts';

const STREAM = '/agent/v1/stream';

let server: TestApiServer;
let facade: TestFacade;
const open: EventReader[] = [];

beforeAll(async () => {
  server = await startTestApiServer();
  for (const name of ['host-a', 'host-b']) await createAgent(server.client, name);
  facade = await startTestFacade({ client: server.client, config: { heartbeatSeconds: 20 } });
});

afterAll(async () => {
  for (const reader of open) reader.close();
  await facade?.close();
  await server?.close();
});

async function connect(token: string, to = facade): Promise<EventReader> {
  const reader = await to.events(STREAM, token);
  open.push(reader);
  return reader;
}

const tasks = () => server.client.resource<AgentTask>(AgentTaskResource);
const getAgent = (name: string) => server.client.resource<Agent>(AgentResource).get({ namespace: 'default', name });

describe('stream', () => {
  it('greets, then tells all open tasks of this agent and of no other', async () => {
    const claimed = await createTask(server.client, 'stream-claimed');
    await createTask(server.client, 'stream-other', { agent: 'host-b' });
    const ended = await createTask(server.client, 'stream-ended');
    await tasks().patchStatus({ namespace: 'default', name: 'stream-ended' }, { status: { outcome: 'Unknown' } });
    await facade.call('POST', `/agent/v1/tasks/${claimed.metadata.uid}/claim`, TOKENS.hostA, {
      journalID: JOURNAL,
      policyHash: POLICY,
    });
    await createTask(server.client, 'stream-cancelled', { spec: { cancel: true } });
    const marker = await createTask(server.client, 'stream-marker');

    const reader = await connect(TOKENS.hostA);
    const hello = await reader.next();
    expect(hello).toMatchObject({
      event: 'hello',
      data: {
        agent: 'default/host-a',
        heartbeatSeconds: 20,
        policyHash: `sha256:${POLICY_HASH.replace(/^sha256:/, '')}`,
      },
    });
    expect(validateHello(hello.data)).toBe(true);
    await vi.waitFor(() => expect(JSON.stringify(reader.events)).toContain(marker.metadata.uid));
    const told = reader.events.filter((event) => event.event === 'task');
    expect(told.map((event) => (event.data as { name: string }).name).toSorted()).toEqual([
      'stream-cancelled',
      'stream-claimed',
      'stream-marker',
    ]);
    for (const event of told) expect(validateTask(event.data)).toBe(true);
    expect(told.find((event) => (event.data as { claim?: object }).claim)?.data).toMatchObject({
      uid: claimed.metadata.uid,
      claim: { journalID: JOURNAL },
    });
    const cancels = reader.events.filter((event) => event.event === 'cancel');
    expect(cancels).toHaveLength(1);
    expect(JSON.stringify(reader.events)).not.toContain(ended.metadata.uid);
  });

  it('tells new tasks, cancels and deletions as they happen, and not what the policy refused', async () => {
    const reader = await connect(TOKENS.hostB);
    await reader.next('hello');
    const task = await createTask(server.client, 'live', { agent: 'host-b' });
    let event = await reader.next('task');
    while ((event.data as { name: string }).name !== 'live') event = await reader.next('task');
    expect(event.data).toMatchObject({ uid: task.metadata.uid, spec: { hypothesis: 'Something eats the processor' } });
    expect(event.data).not.toHaveProperty('spec.refused');

    await tasks().patch({ namespace: 'default', name: 'live' }, { spec: { cancel: true } });
    const cancel = await reader.next();
    expect(cancel).toEqual({ event: 'cancel', data: { uid: task.metadata.uid, reason: 'Cancelled' } });
    expect(validateCancel(cancel.data)).toBe(true);

    await tasks().delete({ namespace: 'default', name: 'live' });
    expect(await reader.next()).toEqual({ event: 'cancel', data: { uid: task.metadata.uid, reason: 'Deleted' } });
  });

  it('ends when the same agent connects again, and the new one stays the present one', async () => {
    const first = await connect(TOKENS.hostB);
    await first.next('hello');
    const second = await connect(TOKENS.hostB);
    await second.next('hello');
    await first.ended();
    await createTask(server.client, 'after-replace', { agent: 'host-b' });
    await vi.waitFor(() => expect(JSON.stringify(second.events)).toContain('after-replace'));
    expect(await facade.registry.getSingleMetricAsString('nannyapi_agent_streams')).toMatch(
      /nannyapi_agent_streams [12]$/m,
    );
  });

  it('refuses an agent without an Agent object, and ends the stream of one that is revoked', async () => {
    await server.client.resource<Agent>(AgentResource).delete({ namespace: 'default', name: 'host-b' });
    await vi.waitFor(async () => {
      const gone = await facade.call('GET', STREAM, TOKENS.hostB);
      expect(gone).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
    });
    await createAgent(server.client, 'host-b');
    const reader = await connect(TOKENS.hostB);
    await reader.next('hello');
    await server.client
      .resource<Agent>(AgentResource)
      .patch({ namespace: 'default', name: 'host-b' }, { spec: { access: 'Revoked' } });
    await reader.ended();
    const again = await facade.call('GET', STREAM, TOKENS.hostB);
    expect(again).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });
});

describe('health', () => {
  const heartbeat = (version = '1.0.0', facts: object = { hostname: 'a', cpus: 2 }) => ({
    version,
    policyHash: POLICY,
    journalID: JOURNAL,
    facts,
    capabilities: { privilege: 'Root', tools: ['ps'] },
  });
  const beat = (to: TestFacade, body: object) => to.call('POST', '/agent/v1/heartbeat', TOKENS.hostA, body);

  it('is folded into the Agent when it changes, and a fact that is no longer told goes', async () => {
    const answer = await beat(facade, heartbeat());
    expect(answer).toMatchObject({ status: 200, body: { heartbeatSeconds: 20 } });
    await vi.waitFor(async () =>
      expect((await getAgent('host-a')).status).toMatchObject({
        version: '1.0.0',
        journalID: JOURNAL,
        policyHash: POLICY,
        facts: { hostname: 'a', cpus: 2 },
        capabilities: { privilege: 'Root', tools: ['ps'] },
        lastSeenTime: expect.any(String),
      }),
    );
    await beat(facade, heartbeat('1.0.1', { hostname: 'b' }));
    await vi.waitFor(async () => {
      const { status } = await getAgent('host-a');
      expect(status).toMatchObject({ version: '1.0.1' });
      expect(status?.facts).toEqual({ hostname: 'b' });
    });
  });

  it('costs no write for a heartbeat that says nothing new, until two minutes have passed', async () => {
    const clock = new FakeClock(new Date());
    const own = await startTestFacade({ client: server.client, clock });
    try {
      await vi.waitFor(() => expect(own.call('GET', '/readyz')).resolves.toMatchObject({ status: 200 }));
      await beat(own, heartbeat('2.0.0'));
      await vi.waitFor(async () => expect((await getAgent('host-a')).status?.version).toBe('2.0.0'));
      const before = (await getAgent('host-a')).metadata.resourceVersion;
      for (let beats = 0; beats < 3; beats++) {
        await clock.advance(30_000);
        await beat(own, heartbeat('2.0.0'));
      }
      expect((await getAgent('host-a')).metadata.resourceVersion).toBe(before);
      await clock.advance(30_000);
      await beat(own, heartbeat('2.0.0'));
      await vi.waitFor(async () => expect((await getAgent('host-a')).metadata.resourceVersion).not.toBe(before));
    } finally {
      await own.close();
    }
  });

  it('shows the connection while there is one, and another replica keeps it when the agent moves there', async () => {
    const other = await startTestFacade({ client: server.client });
    try {
      for (const reader of open) reader.close();
      await vi.waitFor(async () => expect((await getAgent('host-a')).status?.connectedTime).toBeUndefined());
      const here = await connect(TOKENS.hostA);
      await vi.waitFor(async () =>
        expect((await getAgent('host-a')).status).toMatchObject({
          address: '127.0.0.1',
          connectedTime: expect.any(String),
        }),
      );
      const first = (await getAgent('host-a')).status?.connectedTime;
      const there = await connect(TOKENS.hostA, other);
      await vi.waitFor(async () => expect((await getAgent('host-a')).status?.connectedTime).not.toBe(first));
      const second = (await getAgent('host-a')).status?.connectedTime;
      here.close();
      await beat(facade, heartbeat('3.0.0'));
      await vi.waitFor(async () => expect((await getAgent('host-a')).status?.version).toBe('3.0.0'));
      expect((await getAgent('host-a')).status?.connectedTime).toBe(second);
      there.close();
      await vi.waitFor(async () => expect((await getAgent('host-a')).status?.connectedTime).toBeUndefined());
    } finally {
      await other.close();
    }
  });

  it('refuses a heartbeat with a field that it does not know, by its path', async () => {
    const answer = await beat(facade, heartbeat('1.0.0', { hostname: 'a', colour: 'red' }));
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toMatchObject({
      field: 'facts.colour',
      message: expect.stringContaining('hostname'),
    });
  });
});

describe('anomaly report', () => {
  it('opens an investigation of the own host in the name of the agent, a few times', async () => {
    const report = { prompt: 'Load rose to 90 within a minute', priority: 'High', context: { load: '90' } };
    const send = () => facade.call('POST', '/agent/v1/investigations', TOKENS.hostA, report);
    const opened = await send();
    expect(opened.status).toBe(201);
    const investigation = await server.client
      .resource<Investigation>(InvestigationResource)
      .get({ namespace: 'default', name: opened.body.name });
    expect(investigation.spec).toMatchObject({
      agentRef: { name: 'host-a' },
      prompt: report.prompt,
      priority: 'High',
      context: { load: '90' },
      requestedBy: 'agent:default/host-a',
    });
    for (let more = 0; more < 5; more++) expect((await send()).status).toBe(201);
    const tooMany = await send();
    expect(tooMany).toMatchObject({ status: 429, body: { code: 'TooManyRequests' } });
    expect(Number(tooMany.headers.get('retry-after'))).toBeGreaterThan(500);
  });
});
