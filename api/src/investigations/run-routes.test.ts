import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  AgentTaskResource,
  INVESTIGATION_LABEL,
  InvestigationResource,
  type AgentTask,
  type Investigation,
} from '@nannyapi/crds';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventReader } from '../../testing/event-reader.ts';
import { eventually } from '../../testing/eventually.ts';
import { startTestFacade, TOKENS, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent, createInvestigation, createTask, JOURNAL, POLICY } from '../../testing/test-objects.ts';
import { MAX_FOLLOWERS_OF_ONE } from './follow-service.ts';

let server: TestApiServer;
let facade: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  await createAgent(server.client, 'host-a');
  facade = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await facade?.close();
  await server?.close();
});

const path = (name: string, rest = '') => `/api/v1/namespaces/default/investigations/${name}${rest}`;
const follow = (name: string): Promise<EventReader> => facade.events(path(name, '/events'), TOKENS.anna);
const now = '2026-01-01T00:00:00Z';
const condition = (type: string, status: string, reason: string, message = '') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: now,
});
const setStatus = (name: string, status: object) =>
  server.client.resource<Investigation>(InvestigationResource).patchStatus({ namespace: 'default', name }, { status });
const asAgent = (uid: string, verb: string, body: object) =>
  facade.call('POST', `/agent/v1/tasks/${uid}/${verb}`, TOKENS.hostA, body);

const ACCEPTED = [condition('Accepted', 'True', 'Accepted'), condition('Succeeded', 'Unknown', 'InProgress')];
const RESULTS = [
  { actionID: 'a1', source: 'uptime', outcome: 'Succeeded', preview: 'load 90' },
  { actionID: 'a2', source: 'ps aux', outcome: 'Failed', message: 'exit status 1' },
];
const FINDING = {
  mechanism: 'CPUSaturation',
  component: 'yes',
  statement: 'yes uses both processors',
  evidence: [{ id: 's1-a1', quote: 'load 90' }],
};
const VERDICT = {
  conditions: [condition('Accepted', 'True', 'Accepted'), condition('Succeeded', 'True', 'RootCauseFound', 'found')],
  phase: 'Completed',
  findings: [FINDING],
  resolution: { verdict: 'RootCauseFound', confidence: 'High' },
};

/** Runs a whole investigation; `told` is called between its parts. */
async function run(name: string, told: (part: string) => Promise<void> = async () => undefined): Promise<void> {
  const investigation = await createInvestigation(server.client, name);
  await setStatus(name, { conditions: ACCEPTED });
  await told('accepted');
  const task = await createTask(server.client, `${name}-1`, { owner: investigation });
  await told('created');
  const uid = task.metadata.uid!;
  await asAgent(uid, 'claim', { journalID: JOURNAL, policyHash: POLICY });
  const progress = { actionID: 'a1', source: 'uptime', time: now };
  await asAgent(uid, 'progress', { ...progress, state: 'Started' });
  await asAgent(uid, 'progress', { ...progress, state: 'Ended', outcome: 'Succeeded' });
  await told('progress');
  await asAgent(uid, 'result', { journalID: JOURNAL, outcome: 'Succeeded', results: RESULTS });
  await told('result');
  await setStatus(name, VERDICT);
}

const WHOLE_RUN = [
  'accepted',
  'step/1',
  'step/1/a1/started',
  'step/1/a1/ended',
  'step/1/a2/started',
  'step/1/a2/ended',
  'step/1/ended',
  'finding/CPUSaturation/yes/s1-a1',
  'verdict',
];

describe('events of a run', () => {
  it('tell each thing as it happens, live progress included, and end with the verdict', async () => {
    let reader: EventReader | undefined;
    const seen = new Map<string, string[]>();
    await run('live-run', async (part) => {
      reader ??= await follow('live-run');
      const awaited = { accepted: 'accepted', created: 'step/1', progress: 'step/1/a1/ended', result: 'step/1/ended' };
      await vi.waitFor(() =>
        expect(reader!.events.map((event) => event.id)).toContain(awaited[part as keyof typeof awaited]),
      );
      seen.set(
        part,
        reader.events.map((event) => event.id ?? event.event),
      );
    });
    await reader!.ended();
    expect(seen.get('progress')).toEqual(['accepted', 'step/1', 'step/1/a1/started', 'step/1/a1/ended']);
    expect(reader!.events.map((event) => event.id)).toEqual(WHOLE_RUN);
    expect(reader!.events.find((event) => event.id === 'step/1')?.data).toMatchObject({
      hypothesis: 'Something eats the processor',
      actions: [{ id: 'a1', run: { argv: ['uptime'] } }, { id: 'a2' }],
      refused: [{ rule: 'command/unknown' }],
    });
    expect(reader!.events.find((event) => event.id === 'step/1/a2/ended')?.data).toMatchObject({
      outcome: 'Failed',
      message: 'exit status 1',
      evidenceID: 's1-a2',
    });
    expect(reader!.events.at(-1)).toMatchObject({
      event: 'verdict',
      data: { succeeded: true, reason: 'RootCauseFound', resolution: { confidence: 'High' } },
    });
  });

  it('are all told to one who comes when it is over', async () => {
    await run('late-run');
    const reader = await follow('late-run');
    await reader.ended();
    expect(reader.events.map((event) => event.id)).toEqual(WHOLE_RUN);
  });

  it('say what a run waits for, and end when it is deleted', async () => {
    await createInvestigation(server.client, 'waiting-run');
    const reader = await follow('waiting-run');
    await setStatus('waiting-run', { conditions: [condition('Accepted', 'False', 'TargetNotFound', 'no such agent')] });
    expect(await reader.next()).toMatchObject({
      event: 'waiting',
      data: { condition: 'Accepted', reason: 'TargetNotFound', message: 'no such agent' },
    });
    await facade.call('DELETE', path('waiting-run'), TOKENS.anna);
    expect((await reader.next()).event).toBe('deleted');
    await reader.ended();
  });

  it('are not mixed with those of a run whose tasks carry the same label', async () => {
    await createInvestigation(server.client, 'twin');
    const other = await createInvestigation(server.client, 'other');
    await createTask(server.client, 'other-1', { owner: other });
    await server.client
      .resource<AgentTask>(AgentTaskResource)
      .patch({ namespace: 'default', name: 'other-1' }, { metadata: { labels: { [INVESTIGATION_LABEL]: 'twin' } } });
    await setStatus('twin', VERDICT);
    const reader = await follow('twin');
    await reader.ended();
    expect(reader.events.map((event) => event.id)).toEqual(['accepted', WHOLE_RUN[7], 'verdict']);
  });

  it('are not for one person alone: twenty at once, and again when one ends', async () => {
    await createInvestigation(server.client, 'watched');
    const readers = await Promise.all(
      Array.from({ length: MAX_FOLLOWERS_OF_ONE }, () => facade.events(path('watched', '/events'), TOKENS.anna)),
    );
    try {
      const refused = await facade.call('GET', path('watched', '/events'), TOKENS.anna);
      expect(refused).toMatchObject({ status: 429, body: { code: 'TooManyRequests' } });
      expect(refused.headers.get('retry-after')).toBe('10');
      readers[0]?.close();
      await eventually(async () => {
        const again = await facade.events(path('watched', '/events'), TOKENS.anna);
        again.close();
      });
    } finally {
      for (const reader of readers) reader.close();
    }
  });

  it('answer 404 as problem+json for a run that does not exist', async () => {
    const answer = await facade.call('GET', path('no-such-run', '/events'), TOKENS.anna);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('evidence', () => {
  const text = `${'0123456789'.repeat(3000)}é`;

  beforeAll(async () => {
    const investigation = await createInvestigation(server.client, 'proof');
    const task = await createTask(server.client, 'proof-3', { owner: investigation, step: 3 });
    const uid = task.metadata.uid!;
    await asAgent(uid, 'claim', { journalID: JOURNAL, policyHash: POLICY });
    const bytes = Buffer.from(text);
    const pieces = [bytes.subarray(0, 20_000), bytes.subarray(20_000)];
    for (const [chunk, piece] of pieces.entries())
      await facade.call('PUT', `/agent/v1/tasks/${uid}/output/a1/stdout/${chunk}`, TOKENS.hostA, gzipSync(piece));
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const results = [
      {
        actionID: 'a1',
        source: 'dmesg',
        outcome: 'Succeeded',
        preview: text.slice(0, 100),
        digest,
        outputBytes: 30_002,
      },
      { actionID: 'a2', source: 'ps', outcome: 'Succeeded', preview: 'short', outputBytes: 9, truncated: true },
    ];
    await asAgent(uid, 'result', { journalID: JOURNAL, outcome: 'Succeeded', results });
  });

  const read = async (id: string, range?: string) => {
    const response = await fetch(`${facade.url}${path('proof', `/evidence/${id}`)}`, {
      headers: { authorization: `Bearer ${TOKENS.anna}`, ...(range ? { range } : {}) },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('is listed with its source and size', async () => {
    const answer = await facade.call('GET', path('proof', '/evidence'), TOKENS.anna);
    expect(answer.body.items).toEqual([
      { id: 's3-a1', source: 'dmesg', outcome: 'Succeeded', bytes: 30_002, truncated: false },
      { id: 's3-a2', source: 'ps', outcome: 'Succeeded', bytes: 9, truncated: true },
    ]);
  });

  it('is put together from its pieces, or taken from the preview', async () => {
    const long = await read('s3-a1');
    expect(long.text).toBe(text);
    expect(long.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(long.headers.get('etag')).toMatch(/^"sha256:/);
    expect((await read('s3-a2')).text).toBe('short');
  });

  it('is read by byte range, across pieces too', async () => {
    const middle = await read('s3-a1', 'bytes=19995-20004');
    expect(middle).toMatchObject({ status: 206, text: '5678901234' });
    expect(middle.headers.get('content-range')).toBe('bytes 19995-20004/30002');
    expect((await read('s3-a1', 'bytes=-3')).text).toBe('9é');
    expect((await read('s3-a2', 'bytes=2-')).text).toBe('ort');
    const beyond = await read('s3-a2', 'bytes=5-');
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe('bytes */5');
    expect((await read('s3-a2', 'lines=1-2')).status).toBe(200);
  });

  const ask = async (method: string, headers: Record<string, string>) => {
    const url = `${facade.url}${path('proof', '/evidence/s3-a2')}`;
    const answer = await fetch(url, { method, headers: { authorization: `Bearer ${TOKENS.anna}`, ...headers } });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('tells its size and tag without its text, whatever range is asked for', async () => {
    for (const headers of [{}, { range: 'bytes=1-2' }, { range: 'bytes=99-' }]) {
      const head = await ask('HEAD', headers);
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers.get('content-length')).toBe('5');
      expect(head.headers.get('accept-ranges')).toBe('bytes');
      expect(head.headers.get('etag')).toBe(`"sha256:${createHash('sha256').update('short').digest('hex')}"`);
      expect(head.headers.has('content-range')).toBe(false);
    }
  });

  it('is not sent again to who knows it, and a range of another text is not taken for one of this', async () => {
    const etag = (await ask('HEAD', {})).headers.get('etag')!;
    for (const known of [etag, `"x", W/${etag}`, '*']) {
      expect(await ask('GET', { 'if-none-match': known })).toMatchObject({ status: 304, text: '' });
      expect(await ask('HEAD', { 'if-none-match': known })).toMatchObject({ status: 304, text: '' });
    }
    expect(await ask('GET', { 'if-none-match': '"x"' })).toMatchObject({ status: 200, text: 'short' });
    expect(await ask('GET', { range: 'bytes=1-2', 'if-range': etag })).toMatchObject({ status: 206, text: 'ho' });
    expect(await ask('GET', { range: 'bytes=1-2', 'if-range': '"x"' })).toMatchObject({ status: 200, text: 'short' });
  });

  it('is listed in pages, by outcome and by text', async () => {
    const list = async (query: string) =>
      (await facade.call('GET', path('proof', `/evidence?${query}`), TOKENS.anna)).body;
    const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
    const first = await list('limit=1');
    expect(idsOf(first)).toEqual(['s3-a1']);
    const second = await list(`limit=1&continue=${first.metadata.continue}`);
    expect([idsOf(second), second.metadata]).toEqual([['s3-a2'], {}]);
    expect(idsOf(await list('search=DMESG'))).toEqual(['s3-a1']);
    expect(idsOf(await list('outcome=Failed'))).toEqual([]);
    expect(await list('continue=elsewhere')).toMatchObject({ code: 'BadRequest' });
    expect(await list('limit=501')).toMatchObject({ code: 'ValidationFailed' });
  });

  it('answers 404 for what the run does not have', async () => {
    for (const id of ['s3-a9', 's4-a1', 'nonsense']) expect((await read(id)).status).toBe(404);
  });

  it('lists and reads what the cluster knew when a step was created', async () => {
    const investigation = await createInvestigation(server.client, 'pod-run');
    const clusterContext = [{ id: 'pod', source: 'Kubernetes API: the pod', text: 'pod namespace=shop name=web\n' }];
    await createTask(server.client, 'pod-run-1', { owner: investigation, spec: { clusterContext } });
    const listed = await facade.call('GET', path('pod-run', '/evidence'), TOKENS.anna);
    expect(JSON.stringify(listed.body)).toContain('"id":"s1-pod","source":"Kubernetes API: the pod"');
    const read = await fetch(`${facade.url}${path('pod-run', '/evidence/s1-pod')}`, {
      headers: { authorization: `Bearer ${TOKENS.anna}` },
    });
    expect(await read.text()).toBe('pod namespace=shop name=web\n');
  });

  it('does not follow a name to the evidence of another task', async () => {
    const tasks = server.client.resource<AgentTask>(AgentTaskResource);
    const investigation = await createInvestigation(server.client, 'thief');
    await createTask(server.client, 'thief-1', { owner: investigation });
    const results = [{ actionID: 'a1', source: 'x', outcome: 'Succeeded', evidence: ['proof-3-a1-stdout-0'] }];
    await tasks.patchStatus({ namespace: 'default', name: 'thief-1' }, { status: { outcome: 'Succeeded', results } });
    const answer = await facade.call('GET', path('thief', '/evidence/s1-a1'), TOKENS.anna);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NotFound' } });
  });
});
