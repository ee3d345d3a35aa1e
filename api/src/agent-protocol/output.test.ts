import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { EvidenceResource, type Evidence } from '@nannyapi/crds';
import { OUTPUT_CHUNK_BYTES } from '@nannyapi/protocol';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestFacade, TOKENS, type Answer, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent, createTask, getTask, JOURNAL, POLICY } from '../../testing/test-objects.ts';

let server: TestApiServer;
let one: TestFacade;
let two: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  for (const name of ['host-a', 'host-b']) await createAgent(server.client, name);
  one = await startTestFacade({ client: server.client });
  two = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await one?.close();
  await two?.close();
  await server?.close();
});

async function claimedTask(name: string, maxOutputBytes = 1024 * 1024): Promise<string> {
  const uid = (await createTask(server.client, name, { spec: { maxOutputBytes } })).metadata.uid!;
  const body = { journalID: JOURNAL, policyHash: POLICY };
  expect((await one.call('POST', `/agent/v1/tasks/${uid}/claim`, TOKENS.hostA, body)).status).toBe(200);
  return uid;
}

function put(to: TestFacade, uid: string, place: string, body: unknown): Promise<Answer> {
  return to.call('PUT', `/agent/v1/tasks/${uid}/output/${place}`, TOKENS.hostA, body);
}

/** Status line of the answer to 50 MB; the server answers before it has read them. */
function refusalOfHugeBody(uid: string): Promise<string> {
  const { hostname, port } = new URL(one.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `PUT /agent/v1/tasks/${uid}/output/a1/stdout/1 HTTP/1.1`,
    'host: facade',
    `authorization: Bearer ${TOKENS.hostA}`,
    'content-type: application/gzip',
    'content-length: 52428800',
  ];
  return new Promise((resolve, reject) => {
    socket.setEncoding('utf8');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(String(data).split('\r\n')[0] ?? '');
    });
    socket.once('error', reject);
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
  });
}

const evidence = () => server.client.resource<Evidence>(EvidenceResource);
const digestOf = (text: string | Buffer) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('output', () => {
  it('becomes evidence that the task owns, in any order, at any replica, any number of times', async () => {
    const uid = await claimedTask('chunks');
    const [first, second] = ['first piece', 'second piece'].map((text) => gzipSync(text));
    expect((await put(two, uid, 'a1/stdout/1', second)).status).toBe(200);
    const stored = await put(one, uid, 'a1/stdout/0', first);
    expect(stored).toMatchObject({
      status: 200,
      body: { name: 'chunks-a1-stdout-0', rawBytes: 11, digest: digestOf('first piece') },
    });
    for (const to of [one, two]) expect((await put(to, uid, 'a1/stdout/0', first)).body).toEqual(stored.body);
    const object = await evidence().get({ namespace: 'default', name: 'chunks-a1-stdout-0' });
    expect(object.metadata.ownerReferences).toMatchObject([{ kind: 'AgentTask', uid, controller: true }]);
    expect(object.spec).toMatchObject({ taskRef: { name: 'chunks' }, actionID: 'a1', stream: 'Stdout', chunk: 0 });
    expect(gunzipSync(Buffer.from(object.spec.data, 'base64')).toString()).toBe('first piece');
  });

  it('does not change what is stored', async () => {
    const uid = await claimedTask('other-bytes');
    await put(one, uid, 'a1/stdout/0', gzipSync('these'));
    const other = await put(two, uid, 'a1/stdout/0', gzipSync('those'));
    expect(other).toMatchObject({ status: 409, body: { code: 'Conflict' } });
  });

  it('is named in the result when the preview is only its head', async () => {
    const uid = await claimedTask('cited');
    await put(two, uid, 'a1/stdout/1', gzipSync('tail'));
    await put(one, uid, 'a1/stdout/0', gzipSync('head and '));
    await put(one, uid, 'a1/stderr/0', gzipSync('noise'));
    const results = [
      { actionID: 'a1', source: 'uptime', outcome: 'Succeeded', preview: 'head', digest: digestOf('head and tail') },
      { actionID: 'a2', source: 'ps', outcome: 'Succeeded', preview: 'whole', digest: digestOf('whole') },
    ];
    const body = { journalID: JOURNAL, outcome: 'Succeeded', results };
    expect((await one.call('POST', `/agent/v1/tasks/${uid}/result`, TOKENS.hostA, body)).status).toBe(200);
    const task = await getTask(server.client, 'cited');
    expect(task.status?.results?.map((result) => result.evidence)).toEqual([
      ['cited-a1-stdout-0', 'cited-a1-stdout-1'],
      undefined,
    ]);
  });

  it('is refused beyond the budget of the task, but not when it is sent again', async () => {
    const uid = await claimedTask('budget', 100_000);
    const piece = gzipSync(randomBytes(60_000));
    expect((await put(one, uid, 'a1/stdout/0', piece)).status).toBe(200);
    for (const to of [one, two]) {
      const more = await put(to, uid, 'a1/stdout/1', gzipSync(randomBytes(60_000)));
      expect(more).toMatchObject({ status: 413, body: { code: 'OutputTooLarge' } });
      expect((await put(to, uid, 'a1/stdout/0', piece)).status).toBe(200);
    }
  });

  it('is refused when it is larger than a chunk, packed or unpacked', async () => {
    const uid = await claimedTask('large', 64 * 1024 * 1024);
    const whole = await put(one, uid, 'a1/stdout/0', gzipSync(randomBytes(OUTPUT_CHUNK_BYTES)));
    expect(whole.status).toBe(200);
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await put(one, uid, 'a1/stdout/1', bomb)).toMatchObject({ status: 413, body: { code: 'OutputTooLarge' } });
    expect(await refusalOfHugeBody(uid)).toContain('413');
    expect(
      (await evidence().listAll({ namespace: 'default' })).filter((e) => e.spec.taskRef.name === 'large'),
    ).toHaveLength(1);
  });

  it('is refused when it is no gzip, cut short or of another type', async () => {
    const uid = await claimedTask('malformed');
    const gzip = gzipSync('some text that is long enough to be cut');
    for (const body of [Buffer.from('plain'), gzip.subarray(0, gzip.length - 10), Buffer.from([0x1f, 0x8b, 0])]) {
      const answer = await put(one, uid, 'a1/stdout/0', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    }
    const json = await put(one, uid, 'a1/stdout/0', '{}');
    expect(json).toMatchObject({ status: 415, body: { code: 'UnsupportedMediaType' } });
    const empty = await put(one, uid, 'a1/stdout/0', undefined);
    expect(empty).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
  });

  it('is refused for tasks of others, unknown actions, bad places, and tasks that are not running', async () => {
    const uid = await claimedTask('places');
    const body = gzipSync('x');
    const foreign = await one.call('PUT', `/agent/v1/tasks/${uid}/output/a1/stdout/0`, TOKENS.hostB, body);
    expect(foreign).toMatchObject({ status: 404, body: { code: 'TaskNotFound' } });
    expect(await put(one, uid, 'a9/stdout/0', body)).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    for (const place of ['a1/stdlog/0', 'a1/stdout/1024', 'a1/stdout/x', 'A1/stdout/0'])
      expect(await put(one, uid, place, body)).toMatchObject({ status: 422, body: { code: 'ValidationFailed' } });
    const unclaimed = (await createTask(server.client, 'not-claimed')).metadata.uid!;
    expect(await put(one, unclaimed, 'a1/stdout/0', body)).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    const result = { journalID: JOURNAL, outcome: 'Failed', results: [] };
    await one.call('POST', `/agent/v1/tasks/${uid}/result`, TOKENS.hostA, result);
    await expect
      .poll(async () => (await put(one, uid, 'a1/stdout/0', body)).body.code, { timeout: 5000 })
      .toBe('TaskEnded');
  });
});
