import { ENROLLMENT_ANNOTATION } from '@nannyapi/crds';
import { OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ANNA, BEN, RELEASE, startTestOAuth, WHO, type TestOAuth } from '../../testing/test-oauth.ts';

const HERE = '127.0.0.1';

let api: TestApiServer;
let oauth: TestOAuth;

beforeAll(async () => {
  api = await startTestApiServer();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE } };
  await api.client.raw('POST', '/api/v1/namespaces', namespace);
  oauth = await startTestOAuth({ client: api.client });
});

afterAll(async () => {
  await oauth?.close();
  await api?.close();
});

const { deviceAuthorization } = OAUTH_PATHS;

describe('the start of an enrolment', () => {
  it('E1: answers both codes, their life, the interval and the page, as RFC 8628 wants them', async () => {
    const started = await oauth.host().start({ hostname: 'web-1.example.org', capabilities: 'root bpftrace' });
    expect(started.status).toBe(200);
    expect(started.body).toEqual({
      device_code: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${oauth.url}/device`,
      verification_uri_complete: `${oauth.url}/device?user_code=${started.body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    expect(started.headers.get('cache-control')).toBe('no-store');
  });

  it('E1, E8: stores hashes of both codes and neither code', async () => {
    const started = await oauth.host().start({ hostname: 'stored.example.org' });
    const all = JSON.stringify(await oauth.objects.devices.listAll({ namespace: RELEASE }));
    expect(all).toContain('stored.example.org');
    expect(all).not.toContain(started.body.device_code);
    expect(all).not.toContain(started.body.user_code);
    expect(all).not.toContain(started.body.user_code.replace('-', ''));
  });

  it('is refused without a proof of a key, and says which nonce to use', async () => {
    const host = oauth.host();
    const form = { client_id: OAUTH_CLIENTS.agent };
    const without = await host.postOnce(deviceAuthorization, form);
    expect(without).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    host.nonce = undefined;
    const noNonce = await host.postOnce(deviceAuthorization, form, host.proof('POST', deviceAuthorization));
    expect(noNonce).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    expect(noNonce.headers.get('dpop-nonce')).toMatch(/^[A-Za-z0-9_-]{27}$/);
  });

  it.each([
    ['hostname', 'h'.repeat(254)],
    ['hostname', 'a\0b'],
    ['agent_name', 'Not A Name'],
    ['machine_id', 'm'.repeat(65)],
    ['boot_id', 'b'.repeat(65)],
    ['version', '1.0; rm -rf'],
    ['arch', 'a'.repeat(33)],
    ['os_name', 'o'.repeat(129)],
    ['capabilities', Array.from({ length: 17 }, (_, number) => `c${number}`).join(' ')],
  ])('names the field %s when it is not allowed, and does not repeat it', async (field, value) => {
    const refused = await oauth.host().start({ [field]: value });
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(refused.body.error_description).toContain(field);
    expect(refused.body.error_description).not.toContain(value);
  });

  it.each([
    ['no form', { 'content-type': 'application/json' }, '{"client_id":"nanny-agent"}', 'invalid_request'],
    ['a parameter that comes twice', {}, 'client_id=nanny-agent&client_id=nanny', 'invalid_request'],
    ['a body that is too large', {}, `client_id=nanny-agent&x=${'x'.repeat(20_000)}`, 'invalid_request'],
    ['no client', {}, 'hostname=a', 'invalid_request'],
    ['a client that is not ours', {}, 'client_id=somebody', 'invalid_client'],
  ])('refuses %s in the words of OAuth', async (_, headers, body, error) => {
    const response = await fetch(`${oauth.url}${deviceAuthorization}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
  });
});

describe('a poll', () => {
  it('E3: waits for a person, then gets tokens once, which are good', async () => {
    const host = oauth.host();
    const { body: started } = await host.start({ hostname: 'poll-1' });
    const early = await host.poll(started.device_code);
    expect(early).toMatchObject({ status: 400, body: { error: 'authorization_pending' } });
    const userCode = started.user_code.toLowerCase().replace('-', ' ');
    const approved = await oauth.server.approval.approve({
      userCode,
      by: ANNA,
      address: HERE,
      namespace: 'default',
      name: 'poll-1',
    });
    expect(approved).toEqual({ client: 'Agent', agent: { namespace: 'default', name: 'poll-1' } });
    const answer = await host.poll(started.device_code);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^nat\.[0-9a-f]{20}\.[A-Za-z0-9_-]{43}$/),
        refresh_token: expect.stringMatching(/^nrt\.[0-9a-f]{20}\.[A-Za-z0-9_-]{43}$/),
        token_type: 'DPoP',
        expires_in: 600,
        agent: { namespace: 'default', name: 'poll-1' },
      },
    });
    const who = await host.get(WHO, answer.body.access_token);
    expect(who).toMatchObject({
      status: 200,
      body: {
        agent: { kind: 'agent', namespace: 'default', name: 'poll-1', keyThumbprint: host.thumbprint },
        scheme: 'DPoP',
        isStillGood: true,
      },
    });
    expect(await oauth.objects.agents.get({ namespace: 'default', name: 'poll-1' })).toMatchObject({
      spec: { owner: 'github:1' },
    });
  });

  it('RFC 8628 §3.5: that comes too early is told to slow down', async () => {
    const host = oauth.host();
    const { body: started } = await host.start();
    await host.poll(started.device_code);
    expect((await host.poll(started.device_code)).body.error).toBe('slow_down');
  });

  it('RFC 8628 §3.5: learns that a person has refused', async () => {
    const host = oauth.host();
    const { body: started } = await host.start();
    const entry = { userCode: started.user_code, by: ANNA, address: HERE };
    expect(await oauth.server.approval.deny(entry)).toBe(true);
    expect((await host.poll(started.device_code)).body.error).toBe('access_denied');
    expect(await oauth.server.approval.find(entry)).toBeUndefined();
  });

  it('with a code that is bound to another key, or made up, gets one same answer', async () => {
    const { body: started } = await oauth.host().start();
    const stranger = oauth.host();
    const stolen = await stranger.poll(started.device_code);
    const madeUp = await stranger.poll('x'.repeat(43));
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(madeUp.body).toEqual(stolen.body);
  });

  it('E3: eight at once give one host its tokens and make one Agent and one credential', async () => {
    const host = oauth.host();
    const { body: started } = await host.start();
    const approval = { userCode: started.user_code, by: ANNA, address: HERE, namespace: 'default', name: 'eight' };
    await oauth.server.approval.approve(approval);
    const polls = Array.from({ length: 8 }, () => host.poll(started.device_code));
    const answers = await Promise.all(polls);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === 'slow_down')).toHaveLength(7);
    const credentials = await oauth.objects.credentials.listAll({ namespace: RELEASE });
    expect(credentials.filter(({ spec }) => spec.agentRef.name === 'eight')).toHaveLength(1);
    const agents = await oauth.objects.agents.listAll({ namespace: 'default' });
    expect(agents.filter(({ metadata }) => metadata.name?.startsWith('eight'))).toHaveLength(1);
  });
});

describe('the decision of a person', () => {
  it('E2: shows what asks, and stands: a second person can neither change the owner nor refuse', async () => {
    const host = oauth.host('ES256');
    const facts = {
      hostname: 'db-1.example.org',
      agent_name: 'db-1',
      version: '1.2.3',
      arch: 'x86_64',
      os_name: 'Debian 12',
      capabilities: 'root bpftrace',
    };
    const { body: started } = await host.start(facts);
    const entry = { userCode: started.user_code, by: ANNA, address: HERE };
    expect(await oauth.server.approval.find(entry)).toMatchObject({
      client: 'Agent',
      hostname: 'db-1.example.org',
      requestedName: 'db-1',
      address: HERE,
      version: '1.2.3',
      arch: 'x86_64',
      osName: 'Debian 12',
      capabilities: ['root', 'bpftrace'],
      startTime: expect.any(Date),
      expirationTime: expect.any(Date),
    });
    const decision = { ...entry, namespace: 'default', name: 'db-1' };
    await oauth.server.approval.approve(decision);
    expect(await oauth.server.approval.approve({ ...decision, by: BEN, name: 'mine' })).toBeUndefined();
    expect(await oauth.server.approval.deny({ ...entry, by: BEN })).toBe(false);
    expect((await host.poll(started.device_code)).body.agent.name).toBe('db-1');
    expect(await oauth.objects.agents.get({ namespace: 'default', name: 'db-1' })).toMatchObject({
      spec: { owner: ANNA.name },
    });
  });

  it('E2: of two at the same moment one stands, and the other leaves no Agent behind', async () => {
    const { body: started } = await oauth.host().start();
    const entry = { userCode: started.user_code, address: HERE, namespace: 'default' };
    const decided = await Promise.all([
      oauth.server.approval.approve({ ...entry, by: ANNA, name: 'race-anna' }),
      oauth.server.approval.approve({ ...entry, by: BEN, name: 'race-ben' }),
    ]);
    expect(decided.filter((one) => one !== undefined)).toHaveLength(1);
    const agents = await oauth.objects.agents.listAll({ namespace: 'default' });
    expect(agents.filter(({ metadata }) => metadata.name?.startsWith('race-'))).toHaveLength(1);
  });

  it('of a replica that died after it had made the Agent is made once more', async () => {
    const host = oauth.host();
    const { body: started } = await host.start();
    const entry = { userCode: started.user_code, by: ANNA, address: HERE };
    const pending = await oauth.server.approval.find(entry);
    await oauth.objects.agents.create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Agent',
      metadata: {
        namespace: 'default',
        name: 'half-made',
        annotations: { [ENROLLMENT_ANNOTATION]: `DeviceCode/${pending?.id}` },
      },
      spec: { owner: ANNA.name },
    });
    const approved = await oauth.server.approval.approve({ ...entry, namespace: 'default', name: 'half-made' });
    expect(approved?.agent?.name).toBe('half-made');
    expect((await host.poll(started.device_code)).status).toBe(200);
  });

  it('does not hold for an Agent that was made anew before the host came for its tokens', async () => {
    const host = oauth.host();
    const { body: started } = await host.start();
    const ref = { namespace: 'default', name: 'swapped' };
    await oauth.server.approval.approve({ userCode: started.user_code, by: ANNA, address: HERE, ...ref });
    await oauth.objects.agents.delete(ref);
    await oauth.objects.agents.create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Agent',
      metadata: { ...ref },
      spec: { owner: BEN.name },
    });
    await vi.waitFor(() => expect(oauth.agents.store.get('default/swapped')?.spec.owner).toBe(BEN.name));
    expect((await host.poll(started.device_code)).body.error).toBe('access_denied');
  });

  it('takes no Agent that exists, unless its key is to be replaced', async () => {
    const first = oauth.host();
    const before = await oauth.enrol(first, 'taken');
    const second = oauth.host();
    const { body: started } = await second.start();
    const decision = { userCode: started.user_code, by: ANNA, address: HERE, namespace: 'default', name: 'taken' };
    await expect(oauth.server.approval.approve(decision)).rejects.toMatchObject({ code: 'AlreadyExists' });
    await oauth.server.approval.approve({ ...decision, replacesKey: true });
    const after = await second.poll(started.device_code);
    expect(after.body.agent).toEqual({ namespace: 'default', name: 'taken' });
    expect((await second.get(WHO, after.body.access_token)).status).toBe(200);
    await vi.waitFor(async () => expect((await first.get(WHO, before.access_token)).status).toBe(401));
    expect((await first.refresh(before.refresh_token)).body.error).toBe('invalid_grant');
  });

  it.each([
    ['namespace', { namespace: 'NO', name: 'a' }],
    ['name', { namespace: 'default', name: '' }],
    ['namespace', { namespace: 'missing', name: 'a' }],
  ])('names the field %s when it cannot be', async (field, ref) => {
    const { body: started } = await oauth.host().start();
    const decision = { userCode: started.user_code, by: ANNA, address: HERE, ...ref };
    await expect(oauth.server.approval.approve(decision)).rejects.toMatchObject({
      code: 'ValidationFailed',
      details: [{ field }],
    });
  });
});
