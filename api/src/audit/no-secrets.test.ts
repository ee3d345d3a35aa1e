import { OAUTH_PATHS } from '@nannyapi/protocol';
import {
  AgentCredentialResource,
  AgentResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  UserResource,
} from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityRig } from '../../testing/identity-rig.ts';
import { OAuthHost } from '../../testing/oauth-host.ts';

let rig: IdentityRig;
/** Every secret that came by, with a word for what it is. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  rig = await IdentityRig.start({
    people: { admin: { role: 'nannyapi-admin' }, expired: { login: 'Expired' } },
    agents: { local: { namespace: 'own', name: 'local' } },
  });
  keep('person token', rig.tokenOf('admin'));
  keep('expired person token', rig.tokenOf('expired'));
  keep('local agent token', rig.tokenOf('local'));
  await enrolByCode();
  await enrolByToken();
  await logIn();
  await sendNonsense();
});

afterAll(async () => {
  await rig?.close();
});

function keep(what: string, secret: string | undefined): void {
  if (!secret) throw new Error(`no ${what}`);
  secrets.set(what, secret);
}

async function enrolByCode(): Promise<void> {
  const host = new OAuthHost(rig.url);
  const started = await host.start({ hostname: 'pve-1' });
  keep('device code', started.body.device_code);
  keep('user code', started.body.user_code);
  keep('user code without its hyphen', started.body.user_code.replace('-', ''));
  await host.poll(started.body.device_code);
  const decision = { userCode: started.body.user_code, namespace: 'own', name: 'pve-1' };
  await rig.call('admin', 'POST', '/api/v1/device-codes/find', { userCode: started.body.user_code });
  await rig.call('admin', 'POST', '/api/v1/device-codes/approve', decision);
  const tokens = await host.poll(started.body.device_code);
  keep('access token', tokens.body.access_token);
  keep('refresh token', tokens.body.refresh_token);
  const renewed = await host.refresh(tokens.body.refresh_token);
  keep('second access token', renewed.body.access_token);
  keep('second refresh token', renewed.body.refresh_token);
  const proof = host.proof('GET', '/agent/v1/stream', renewed.body.access_token);
  keep('proof', proof);
  const headers = { authorization: `DPoP ${renewed.body.access_token}`, dpop: proof };
  // The first one streams, the second one is a replay.
  for (const status of [200, 401]) {
    const answer = await fetch(`${rig.url}/agent/v1/stream`, { headers });
    await answer.body?.cancel();
    if (answer.status !== status) throw new Error(`status ${answer.status}`);
  }
  // Shown by whom it is not of, and as what it is not.
  await new OAuthHost(rig.url).refresh(renewed.body.refresh_token);
  await fetch(`${rig.url}/api/v1/me`, { headers: { authorization: `Bearer ${renewed.body.access_token}` } });
  await host.refresh(tokens.body.refresh_token);
  await host.revoke(renewed.body.access_token);
}

async function enrolByToken(): Promise<void> {
  const made = await rig.call('admin', 'POST', '/api/v1/enrollment-tokens', { agentNamespace: 'own' });
  keep('install token', made.body.token);
  const host = new OAuthHost(rig.url);
  keep('access token by install token', (await host.enrol(made.body.token, { hostname: 'pve-2' })).body.access_token);
  await new OAuthHost(rig.url).enrol(made.body.token, { hostname: 'pve-3' });
  await rig.call('admin', 'POST', `/api/v1/enrollment-tokens/${made.body.object.metadata.name}/revoke`);
}

async function logIn(): Promise<void> {
  const link = rig.links.issue();
  const token = link.hash.slice(1) || link.searchParams.get('token') || '';
  keep('login link', token.split('=').at(-1));
  const headers = { origin: rig.url, 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ token: token.split('=').at(-1) ?? '' });
  const answer = await fetch(`${rig.url}/login/link`, { method: 'POST', redirect: 'manual', headers, body });
  const [cookie = ''] = answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
  keep('cookie', cookie.split('=').at(-1));
  const page = await (await fetch(`${rig.url}/sessions`, { headers: { cookie } })).text();
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
  keep('csrf token', csrf);
  const form = new URLSearchParams({ csrf: csrf ?? '' });
  await fetch(`${rig.url}/logout`, { method: 'POST', redirect: 'manual', headers: { ...headers, cookie }, body: form });
  await fetch(`${rig.url}/login/link`, { method: 'POST', redirect: 'manual', headers, body });
}

/** Secrets in places where they do not belong, so that whatever goes wrong there is logged. */
async function sendNonsense(): Promise<void> {
  for (const secret of new Set(secrets.values())) {
    const there = encodeURIComponent(secret);
    await rig.call('admin', 'GET', `/api/v1/namespaces/own/agents/${there.slice(0, 200)}`);
    await rig.call('admin', 'GET', `/api/v1/investigations?search=${there.slice(0, 100)}`);
    await rig.call('admin', 'POST', '/api/v1/investigations', { [secret]: secret });
    await rig.call('anonymous', 'POST', OAUTH_PATHS.token, `grant_type=${there}&client_id=${there}`);
    await fetch(`${rig.url}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
    await fetch(`${rig.url}/api/v1/me`, { headers: { cookie: `__Host-nannyapi=${secret}` } });
    const asAgent = { authorization: `DPoP ${secret}`, dpop: secret };
    await (await fetch(`${rig.url}/agent/v1/stream`, { headers: asAgent })).body?.cancel();
  }
}

describe('a secret', () => {
  it('stands in no line of the log, whatever went wrong', () => {
    const text = rig.log.join('\n');
    // It is the log of all of this, and would hold them.
    for (const told of ['local:admin', 'ApproveDevice', 'IssueEnrollmentToken', 'LogIn']) expect(text).toContain(told);
    expect([...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => what)).toEqual([]);
  });

  it('stands in no object and in no Event', async () => {
    const kinds = [AgentResource, AgentCredentialResource, DeviceCodeResource, EnrollmentTokenResource, UserResource];
    const event = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
    const objects = await Promise.all([...kinds, event].map((kind) => rig.server.client.resource(kind).listAll()));
    for (const found of objects) expect(found.length).toBeGreaterThan(0);
    const text = JSON.stringify(objects);
    expect([...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => what)).toEqual([]);
  });

  it('comes in all the kinds that there are', () => {
    expect(secrets.size).toBeGreaterThanOrEqual(16);
    expect([...secrets.values()].every((secret) => secret.length >= 8)).toBe(true);
  });
});
