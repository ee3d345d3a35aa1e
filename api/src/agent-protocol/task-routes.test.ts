import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestFacade, TOKENS, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent, createTask, getTask, JOURNAL, OTHER_JOURNAL, POLICY } from '../../testing/test-objects.ts';

let server: TestApiServer;
let one: TestFacade;
let two: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  await createAgent(server.client, 'host-a');
  await createAgent(server.client, 'host-b');
  one = await startTestFacade({ client: server.client });
  two = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await one?.close();
  await two?.close();
  await server?.close();
});

const claimBody = (journalID = JOURNAL) => ({ journalID, policyHash: POLICY });
const resultBody = (outcome = 'Succeeded', journalID = JOURNAL) => ({
  journalID,
  outcome,
  results: [{ actionID: 'a1', source: 'uptime', outcome: 'Succeeded', exitCode: 0, preview: 'up 3 days' }],
});
const path = (uid: string, verb: string) => `/agent/v1/tasks/${uid}/${verb}`;

async function newTask(name: string, options?: Parameters<typeof createTask>[2]): Promise<string> {
  return (await createTask(server.client, name, options)).metadata.uid!;
}

describe('claim', () => {
  it('gives a fresh task to its agent, and the same answer when it is sent again', async () => {
    const uid = await newTask('fresh');
    const first = await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    expect(first).toMatchObject({ status: 200, body: { journalID: JOURNAL, policyHash: POLICY } });
    const again = await two.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    expect(again.body).toEqual(first.body);
    expect((await getTask(server.client, 'fresh')).status?.claim).toEqual(first.body);
  });

  it('refuses another journal', async () => {
    const uid = await newTask('journal');
    await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    const other = await two.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody(OTHER_JOURNAL));
    expect(other).toMatchObject({ status: 409, body: { code: 'TaskClaimedElsewhere' } });
  });

  it('goes to one of many journals that claim at both replicas at once', async () => {
    const uid = await newTask('race');
    const journals = Array.from({ length: 12 }, (_, n) => `00000000-0000-4000-8000-0000000001${10 + n}`);
    const answers = await Promise.all(
      journals.map((journal, n) =>
        (n % 2 === 0 ? one : two).call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody(journal)),
      ),
    );
    const granted = answers.filter((answer) => answer.status === 200);
    expect(granted).toHaveLength(1);
    const refusals = answers.filter((answer) => answer.status !== 200).map((answer) => answer.body.code);
    expect(refusals).toEqual(Array.from({ length: 11 }, () => 'TaskClaimedElsewhere'));
    expect((await getTask(server.client, 'race')).status?.claim?.journalID).toBe(granted[0]!.body.journalID);
  });

  it('hides the tasks of other agents', async () => {
    const uid = await newTask('hidden');
    for (const verb of ['claim', 'result', 'progress']) {
      const body = {
        claim: claimBody(),
        result: resultBody(),
        progress: { actionID: 'a1', state: 'Started', source: 'uptime', time: '2026-01-01T00:00:00Z' },
      }[verb];
      const answer = await one.call('POST', path(uid, verb), TOKENS.hostB, body);
      expect(answer).toMatchObject({ status: 404, body: { code: 'TaskNotFound' } });
    }
    const unknown = await one.call(
      'POST',
      path('11111111-2222-4333-8444-555555555555', 'claim'),
      TOKENS.hostB,
      claimBody(),
    );
    const noUID = await one.call('POST', path('no-uid', 'claim'), TOKENS.hostB, claimBody());
    expect([unknown.body.code, noUID.body.code]).toEqual(['TaskNotFound', 'TaskNotFound']);
    expect((await getTask(server.client, 'hidden')).status).toBeUndefined();
  });

  it('refuses a task that was cancelled, has expired or has ended', async () => {
    const cancelled = await newTask('cancelled', { spec: { cancel: true } });
    const expired = await newTask('expired', { spec: { notAfterTime: '2020-01-01T00:00:00Z' } });
    const ended = await newTask('ended');
    await one.call('POST', path(ended, 'claim'), TOKENS.hostA, claimBody());
    await one.call('POST', path(ended, 'result'), TOKENS.hostA, resultBody());
    const codes = [];
    for (const uid of [cancelled, expired, ended])
      codes.push((await two.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody())).body.code);
    expect(codes).toEqual(['TaskCancelled', 'TaskExpired', 'TaskEnded']);
  });

  it('names a field that it does not know, and what is missing', async () => {
    const uid = await newTask('fields');
    const unknown = await one.call('POST', path(uid, 'claim'), TOKENS.hostA, { ...claimBody(), force: true });
    expect(unknown).toMatchObject({
      status: 422,
      body: {
        code: 'ValidationFailed',
        errors: [{ field: 'force', message: 'is unknown; allowed are: journalID, policyHash' }],
      },
    });
    const missing = await one.call('POST', path(uid, 'claim'), TOKENS.hostA, { journalID: JOURNAL });
    expect(missing.body.errors).toEqual([{ field: 'policyHash', message: 'is required' }]);
  });
});

describe('result', () => {
  it('ends a task in one write, and is acknowledged when it is sent again', async () => {
    const uid = await newTask('result');
    await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    const claimed = await getTask(server.client, 'result');
    const first = await one.call('POST', path(uid, 'result'), TOKENS.hostA, { ...resultBody('Failed'), message: 'no' });
    expect(first).toMatchObject({ status: 200, body: { outcome: 'Failed' } });
    const task = await getTask(server.client, 'result');
    expect(Number(task.metadata.resourceVersion)).toBe(Number(claimed.metadata.resourceVersion) + 1);
    expect(task.status).toMatchObject({
      outcome: 'Failed',
      message: 'no',
      claim: { journalID: JOURNAL },
      results: [{ actionID: 'a1', preview: 'up 3 days' }],
      conditions: [{ type: 'Succeeded', status: 'False', reason: 'Failed' }],
    });
    expect(task.status?.completionTime).toMatch(/^\d{4}-/);
    expect((await two.call('POST', path(uid, 'result'), TOKENS.hostA, resultBody('Failed'))).status).toBe(200);
    const late = await two.call('POST', path(uid, 'result'), TOKENS.hostA, resultBody('Succeeded'));
    expect(late).toMatchObject({ status: 409, body: { code: 'TaskEnded' } });
    expect((await getTask(server.client, 'result')).metadata.resourceVersion).toBe(task.metadata.resourceVersion);
  });

  it('is refused without a claim, unless nothing was started', async () => {
    const uid = await newTask('unclaimed');
    const claimless = await one.call('POST', path(uid, 'result'), TOKENS.hostA, resultBody());
    expect(claimless).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    const cancelled = { ...resultBody('Cancelled'), results: [] };
    expect((await one.call('POST', path(uid, 'result'), TOKENS.hostA, cancelled)).status).toBe(200);
  });

  it('takes nothing but Unknown from another journal', async () => {
    const uid = await newTask('lost-journal');
    await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    const wrong = await one.call('POST', path(uid, 'result'), TOKENS.hostA, resultBody('Succeeded', OTHER_JOURNAL));
    expect(wrong).toMatchObject({ status: 409, body: { code: 'TaskClaimedElsewhere' } });
    const unknown = { ...resultBody('Unknown', OTHER_JOURNAL), results: [] };
    expect((await one.call('POST', path(uid, 'result'), TOKENS.hostA, unknown)).status).toBe(200);
    expect((await one.call('POST', path(uid, 'result'), TOKENS.hostA, unknown)).status).toBe(200);
  });

  it('names actions and evidence that are not of the task', async () => {
    const uid = await newTask('foreign');
    await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    const [own] = resultBody().results;
    const results = [
      { ...own, actionID: 'a9' },
      { ...own, evidence: ['foreign-a1-stdout-0', 'other-a1-stdout-0'] },
    ];
    const answer = await one.call('POST', path(uid, 'result'), TOKENS.hostA, { ...resultBody(), results });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([
      'results[0].actionID',
      'results[1].evidence[1]',
    ]);
  });

  it('passes on what the API server says of a field', async () => {
    const uid = await newTask('twice');
    await one.call('POST', path(uid, 'claim'), TOKENS.hostA, claimBody());
    const { results } = resultBody();
    const body = { ...resultBody(), results: [...results, ...results] };
    const answer = await one.call('POST', path(uid, 'result'), TOKENS.hostA, body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'ValidationFailed' } });
    expect(answer.body.errors[0].field).toContain('results[1]');
  });
});
