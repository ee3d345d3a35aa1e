import { OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { createLogger } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShiftedClock } from '../../testing/shifted-clock.ts';
import { ANNA, BEN, RELEASE, startTestOAuth, WHO, type TestOAuth } from '../../testing/test-oauth.ts';
import { newUserCode } from './device/user-code.ts';

const HERE = '127.0.0.1';

let api: TestApiServer;
const replicas: TestOAuth[] = [];
let clock: ShiftedClock;

beforeAll(async () => {
  clock = new ShiftedClock();
  api = await startTestApiServer();
  await api.client.raw('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: RELEASE },
  });
});

afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await api?.close();
});

async function replica(options: Partial<Parameters<typeof startTestOAuth>[0]> = {}): Promise<TestOAuth> {
  const started = await startTestOAuth({ client: api.client, clock, ...options });
  replicas.push(started);
  return started;
}

const pendingNow = async (oauth: TestOAuth): Promise<number> =>
  (await oauth.objects.devices.listAll({ namespace: RELEASE })).length;

describe('a flood of starts', () => {
  it('E1: is refused with 429 beyond the cap of its address, without an object, until codes end', async () => {
    const oauth = await replica({ limits: { pendingPerAddress: 5 } });
    const hosts = Array.from({ length: 25 }, () => oauth.host());
    const before = await pendingNow(oauth);
    const answers = await Promise.all(hosts.map((host) => host.start()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(20);
    for (const { body, headers } of refused) {
      expect(body).toEqual({ error: 'temporarily_unavailable', error_description: expect.any(String) });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await pendingNow(oauth)).toBe(before + 5);
    clock.shift(601);
    expect((await oauth.host().start()).status).toBe(200);
  });

  it('is refused by every replica, once it has filled the cap of its address at one', async () => {
    clock.shift(601);
    const here = await replica({ limits: { pendingPerAddress: 3 } });
    const there = await replica({ limits: { pendingPerAddress: 3 } });
    for (let count = 0; count < 3; count++) await here.host().start();
    await expect.poll(async () => (await there.host().start()).status).toBe(429);
  });

  it('leaves room as soon as a person has decided', async () => {
    clock.shift(601);
    const oauth = await replica({ limits: { pendingPerAddress: 1 } });
    const { body: started } = await oauth.host().start();
    expect((await oauth.host().start()).status).toBe(429);
    await oauth.server.approval.deny({ userCode: started.user_code, by: ANNA, address: HERE });
    await expect.poll(async () => (await oauth.host().start()).status).toBe(200);
  });

  it('that was refused does not stand in the way of those who poll', async () => {
    clock.shift(601);
    const oauth = await replica({ limits: { pendingPerAddress: 1 } });
    const host = oauth.host();
    const { body: started } = await host.start();
    expect((await oauth.host().start()).status).toBe(429);
    expect((await host.poll(started.device_code)).body.error).toBe('authorization_pending');
  });
});

describe('brute force of user codes', () => {
  it('E1: ends for one person after ten tries, with the same answer for wrong, ended and decided codes until then', async () => {
    clock.shift(601);
    const oauth = await replica();
    const { body: ended } = await oauth.host().start();
    clock.shift(601);
    const { body: denied } = await oauth.host().start();
    await oauth.server.approval.deny({ userCode: denied.user_code, by: BEN, address: HERE });
    const { body: live } = await oauth.host().start();
    const find = (userCode: string, by = ANNA) => oauth.server.approval.find({ userCode, by, address: HERE });
    const answers = [];
    for (const code of [ended.user_code, denied.user_code, ...Array.from({ length: 8 }, newUserCode)])
      answers.push(await find(code));
    expect(answers).toEqual(Array.from({ length: 10 }, () => undefined));
    await expect(find(live.user_code)).rejects.toMatchObject({
      code: 'TooManyRequests',
      retryAfterSeconds: expect.any(Number),
    });
    expect(await find(live.user_code, BEN)).toBeDefined();
  });

  it('that comes all at once gets no more tries than that', async () => {
    const oauth = await replica();
    const find = (userCode: string) => oauth.server.approval.find({ userCode, by: ANNA, address: HERE });
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => find(newUserCode())));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });
});

describe('rights', () => {
  it('D5: a person who may not create agents there approves none, and who may not update them replaces no key', async () => {
    clock.shift(601);
    const oauth = await replica({
      authorizer: {
        authorize: async ({ name }, { verb, namespace }) =>
          name === ANNA.name && verb === 'create' && namespace === 'default',
      },
    });
    await oauth.enrol(oauth.host(), 'allowed');
    const { body: started } = await oauth.host().start();
    const decision = { userCode: started.user_code, by: ANNA, address: HERE, namespace: 'default', name: 'denied' };
    const forbidden = { code: 'Forbidden' };
    const { approval } = oauth.server;
    await expect(approval.approve({ ...decision, by: BEN })).rejects.toMatchObject(forbidden);
    await expect(approval.approve({ ...decision, namespace: RELEASE })).rejects.toMatchObject(forbidden);
    await expect(approval.approve({ ...decision, name: 'allowed', replacesKey: true })).rejects.toMatchObject(
      forbidden,
    );
    const agents = await oauth.objects.agents.listAll({ namespace: 'default' });
    expect(agents.map(({ metadata }) => metadata.name)).not.toContain('denied');
  });
});

describe('logs and metrics of a full enrolment', () => {
  it('hold no code and no token, also of what went wrong', async () => {
    clock.shift(601);
    const lines: string[] = [];
    const log = createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
    const oauth = await replica({ log });
    const host = oauth.host();
    const tokens = await oauth.enrol(host, 'logged', { machine_id: 'm1' });
    const renewed = await host.refresh(tokens.refresh_token, { machine_id: 'm1' });
    await oauth.host().refresh(tokens.refresh_token);
    await host.get(WHO, tokens.access_token);
    const { token } = await oauth.server.enrollmentTokens.issue({
      agentNamespace: 'default',
      expirationTime: new Date(clock.now().getTime() + 60_000),
      by: ANNA,
    });
    await oauth.host().enrol(token, { hostname: 'logged-2' });
    await oauth.host().enrol(token, { hostname: 'logged-3' });
    await host.refresh(tokens.refresh_token, { machine_id: 'm2' });
    const told = `${lines.join('')}${await oauth.registry.metrics()}`;
    expect(told).toContain('CloneDetected');
    expect(told).toContain('Audited a call');
    const secrets = [tokens.access_token, tokens.refresh_token, tokens.deviceCode, renewed.body.refresh_token, token];
    for (const secret of secrets) expect(told).not.toContain(secret);
    for (const secret of secrets) expect(told).not.toContain(secret.split('.').at(-1));
  });

  it('count what was asked and what came of it', async () => {
    clock.shift(601);
    const oauth = await replica({ limits: { pendingPerAddress: 1 } });
    const host = oauth.host();
    const { body: started } = await host.start();
    await oauth.host().start();
    await host.poll(started.device_code);
    await oauth.server.approval.find({ userCode: 'BBBB-BBBB', by: ANNA, address: HERE });
    const metrics = await oauth.registry.metrics();
    expect(metrics).toContain('nannyapi_device_authorizations_total{outcome="Started"} 1');
    expect(metrics).toContain('nannyapi_device_authorizations_total{outcome="Limited"} 1');
    expect(metrics).toContain('nannyapi_device_authorizations_total{outcome="WrongUserCode"} 1');
    expect(metrics).toContain('nannyapi_token_requests_total{grant="device_code",outcome="authorization_pending"} 1');
    expect(metrics).toContain('nannyapi_device_codes_pending 1');
    expect(metrics).toMatch(/nannyapi_dpop_proofs_total\{outcome="Good"\} [1-9]/);
  });
});

describe('an API server that is down', () => {
  it('is no reason to tell a host that its tokens are bad', async () => {
    clock.shift(601);
    const lone = await startTestApiServer();
    await lone.client.raw('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: RELEASE },
    });
    const oauth = await replica({ client: lone.client });
    const host = oauth.host();
    const tokens = await oauth.enrol(host, 'patient');
    await expect.poll(() => oauth.server.credentials.of(tokens.agent)).toHaveLength(1);
    await lone.close();
    expect(await host.refresh(tokens.refresh_token)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
    expect((await host.get(WHO, tokens.access_token)).status).toBe(200);
    expect((await host.start()).status).toBe(503);
  });
});

describe('a host with the name of a client that is not ours', () => {
  it('gets nothing', async () => {
    const oauth = await replica();
    const host = oauth.host();
    for (const client of ['nanny-agent2', 'NANNY-AGENT', `${OAUTH_CLIENTS.agent} `])
      expect((await host.post(OAUTH_PATHS.token, { client_id: client })).body.error).toMatch(/^invalid_/);
  });
});

describe('hosts that come back after a while', () => {
  it('all learn that their tokens have ended, however many come from one address', async () => {
    clock.shift(601);
    const oauth = await replica();
    const host = oauth.host();
    const tokens = await oauth.enrol(host, 'sleeper');
    clock.shift(601);
    const answers = [];
    for (let count = 0; count < 40; count++) answers.push((await host.get(WHO, tokens.access_token)).status);
    expect(new Set(answers)).toEqual(new Set([401]));
    expect((await host.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('are told apart from strangers with keys of their own, who are limited', async () => {
    const oauth = await replica();
    const stranger = oauth.host();
    const answers = [];
    for (let count = 0; count < 40; count++)
      answers.push((await stranger.get(WHO, `nat.${'0'.repeat(20)}.${'x'.repeat(43)}`)).status);
    expect(answers.filter((status) => status === 401)).toHaveLength(30);
    expect(answers.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe('the token endpoint', () => {
  it('slows down an address that asks too much, in words that clients of RFC 8628 understand', async () => {
    const oauth = await replica();
    const ask = async (): Promise<string> => {
      const response = await fetch(`${oauth.url}${OAUTH_PATHS.token}`, { method: 'POST', body: new URLSearchParams() });
      return ((await response.json()) as { error: string }).error;
    };
    const errors = new Set<string>();
    for (let round = 0; round < 60 && !errors.has('slow_down'); round++)
      for (const error of await Promise.all(Array.from({ length: 100 }, ask))) errors.add(error);
    expect(errors).toEqual(new Set(['invalid_request', 'slow_down']));
  });
});
