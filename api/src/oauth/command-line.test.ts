import { UserResource, type User } from '@nannyapi/crds';
import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { createLogger, systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNA, RELEASE, startTestOAuth, type TestOAuth } from '../../testing/test-oauth.ts';
import { createAudit } from '../audit/audit.ts';
import type { UserPrincipal } from '../identity/principal.ts';
import { SessionBook } from '../login/session-book.ts';
import { UserDirectory } from '../login/user-directory.ts';

const HERE = '127.0.0.1';
const log = createLogger({ name: 'test', level: 'silent' });

let api: TestApiServer;
let oauth: TestOAuth;
let directory: UserDirectory;
let sessions: SessionBook;
const stop = new AbortController();
let running: Promise<void>;

beforeAll(async () => {
  api = await startTestApiServer();
  await api.client.raw('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: RELEASE },
  });
  directory = new UserDirectory({ client: api.client, clock: systemClock, log });
  running = directory.informer.start(stop.signal);
  const limits = { idleMs: 3_600_000, lifetimeMs: 12 * 3_600_000 };
  sessions = new SessionBook({ directory, limits, clock: systemClock, log, audit: createAudit({ log }) });
  await sessions.begin(
    { provider: 'github', subject: '1', profile: {} },
    { groups: ['github:acme'], origin: { address: HERE } },
  );
  oauth = await startTestOAuth({ client: api.client, sessions });
});

afterAll(async () => {
  await oauth?.close();
  stop.abort();
  await running;
  await api?.close();
});

interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
}

async function post(path: string, form: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${oauth.url}${path}`, {
    method: 'POST',
    headers: { 'user-agent': 'nanny/1.0 (laptop)' },
    body: new URLSearchParams({ client_id: OAUTH_CLIENTS.commandLine, ...form }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const start = async (): Promise<{ device_code: string; user_code: string }> =>
  (await post(OAUTH_PATHS.deviceAuthorization, {})).body;
const poll = (deviceCode: string): Promise<Answer> =>
  post(OAUTH_PATHS.token, { grant_type: GRANTS.deviceCode, device_code: deviceCode });

describe('the command line of a person', () => {
  it('may say where it runs, in the bounds of a host that does', async () => {
    expect((await post(OAUTH_PATHS.deviceAuthorization, { hostname: 'laptop' })).status).toBe(200);
    expect(await post(OAUTH_PATHS.deviceAuthorization, { arch: 'x'.repeat(33) })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('arch') },
    });
  });

  it('acts for the person who types its code, without a right to approve agents', async () => {
    const started = await start();
    const entry = { userCode: started.user_code, by: ANNA, address: HERE };
    expect(await oauth.server.approval.find(entry)).toMatchObject({
      client: 'CommandLine',
      userAgent: 'nanny/1.0 (laptop)',
      capabilities: [],
    });
    expect(await oauth.server.approval.approve(entry)).toEqual({ client: 'CommandLine' });
    const answer = await poll(started.device_code);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^npt\.github-[0-9a-f]{16}\.[A-Za-z0-9_-]{43}$/),
        token_type: 'Bearer',
        user: { name: expect.stringMatching(/^github-[0-9a-f]{16}$/) },
      },
    });
    expect(answer.body.expires_in).toBeGreaterThan(11.9 * 3600);
    expect(answer.body).not.toHaveProperty('refresh_token');
    const user = (await sessions.userOf(ANNA)) ?? '';
    expect(await sessions.list(user)).toContainEqual(expect.objectContaining({ client: 'CommandLine', address: HERE }));
  });

  it('gets one token, of eight polls at once, and none later', async () => {
    const started = await start();
    await oauth.server.approval.approve({ userCode: started.user_code, by: ANNA, address: HERE });
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(started.device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await poll(started.device_code)).body.error).toBe('invalid_grant');
  });

  it('is logged out by its own token, once and for all', async () => {
    const started = await start();
    await oauth.server.approval.approve({ userCode: started.user_code, by: ANNA, address: HERE });
    const { access_token: token } = (await poll(started.device_code)).body;
    const user = (await sessions.userOf(ANNA)) ?? '';
    const before = (await sessions.list(user)).length;
    expect((await post(OAUTH_PATHS.revocation, { token })).status).toBe(200);
    expect(await sessions.list(user)).toHaveLength(before - 1);
    expect((await post(OAUTH_PATHS.revocation, { token })).status).toBe(200);
    expect((await post(OAUTH_PATHS.revocation, { token: `npt.${user}.${'x'.repeat(43)}` })).status).toBe(200);
    expect(await sessions.list(user)).toHaveLength(before - 1);
  });

  it('is not logged in by who has no login here, and neither code can be used for the other client', async () => {
    const started = await start();
    const stranger: UserPrincipal = { kind: 'user', name: 'system:serviceaccount:a:b', groups: [] };
    const entry = { userCode: started.user_code, by: stranger, address: HERE };
    await expect(oauth.server.approval.approve(entry)).rejects.toMatchObject({ code: 'Forbidden' });
    expect((await oauth.host().poll(started.device_code)).body.error).toBe('invalid_grant');
    const { body: ofHost } = await oauth.host().start();
    expect((await poll(ofHost.device_code)).body.error).toBe('invalid_grant');
  });

  it('may use neither refresh tokens nor install tokens', async () => {
    for (const grant of [GRANTS.refreshToken, GRANTS.enrollmentToken])
      expect((await post(OAUTH_PATHS.token, { grant_type: grant })).body.error).toBe('unauthorized_client');
  });

  it('of a person who was disabled meanwhile is refused', async () => {
    const started = await start();
    await oauth.server.approval.approve({ userCode: started.user_code, by: ANNA, address: HERE });
    const user = (await sessions.userOf(ANNA)) ?? '';
    await api.client.resource<User>(UserResource).patch({ name: user }, { spec: { access: 'Disabled' } });
    expect((await poll(started.device_code)).body.error).toBe('access_denied');
  });
});

describe('the metadata (RFC 8414)', () => {
  it('names every endpoint under the origin that was asked, and only origins of ours', async () => {
    const response = await fetch(`${oauth.url}${OAUTH_PATHS.metadata}`);
    expect(await response.json()).toEqual({
      issuer: oauth.url,
      device_authorization_endpoint: `${oauth.url}/oauth/device_authorization`,
      token_endpoint: `${oauth.url}/oauth/token`,
      revocation_endpoint: `${oauth.url}/oauth/revoke`,
      response_types_supported: [],
      grant_types_supported: Object.values(GRANTS),
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      dpop_signing_alg_values_supported: ['EdDSA', 'ES256'],
    });
  });
});
