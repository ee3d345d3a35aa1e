import { OAUTH_PATHS } from '@nannyapi/protocol';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OAuthHost } from '../../testing/oauth-host.ts';
import { ShiftedClock } from '../../testing/shifted-clock.ts';
import { RELEASE, startTestOAuth, WHO, type TestOAuth, type Tokens } from '../../testing/test-oauth.ts';

const MACHINE = { machine_id: 'machine-1', boot_id: 'boot-1' };

let api: TestApiServer;
let oauth: TestOAuth;
let clock: ShiftedClock;

let number = 0;
let name: string;
let host: OAuthHost;
let tokens: Tokens;

beforeAll(async () => {
  api = await startTestApiServer();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE } };
  await api.client.raw('POST', '/api/v1/namespaces', namespace);
  clock = new ShiftedClock();
  oauth = await startTestOAuth({ client: api.client, clock });
});

afterAll(async () => {
  await oauth?.close();
  await api?.close();
});

beforeEach(async () => {
  name = `host-${number++}`;
  host = oauth.host();
  tokens = await oauth.enrol(host, name, MACHINE);
});

describe('a device code that was redeemed', () => {
  it('and whose answer was lost gives the same tokens again to the same key, from any replica', async () => {
    clock.shift(6);
    const other = await startTestOAuth({ client: api.client, clock });
    try {
      const again = await host.at(other.url).poll(tokens.deviceCode);
      expect(again.body).toMatchObject({ access_token: tokens.access_token, refresh_token: tokens.refresh_token });
    } finally {
      await other.close();
    }
    const all = await oauth.objects.credentials.listAll({ namespace: RELEASE });
    expect(all.filter(({ spec }) => spec.agentRef.name === name)).toHaveLength(1);
  });

  it('E3: is used up after two minutes, and as soon as its tokens were renewed', async () => {
    clock.shift(6);
    await host.refresh(tokens.refresh_token, MACHINE);
    expect((await host.poll(tokens.deviceCode)).body.error).toBe('invalid_grant');
    clock.shift(121);
    expect((await host.poll(tokens.deviceCode)).body.error).toBe('invalid_grant');
  });

  it('E8: is referenced by nothing that its deletion could break', async () => {
    const { items } = await oauth.objects.devices.list({ namespace: RELEASE });
    for (const { metadata } of items)
      await oauth.objects.devices.delete({ namespace: RELEASE, name: metadata.name ?? '' });
    expect((await host.refresh(tokens.refresh_token, MACHINE)).status).toBe(200);
  });

  it('of a replica that died between its two writes is redeemed by the next poll', async () => {
    const { metadata } = await oauth.objects.credentialOf(name);
    await oauth.objects.credentials.delete({ namespace: RELEASE, name: metadata.name ?? '' });
    clock.shift(6);
    const again = await host.poll(tokens.deviceCode);
    expect(again.status).toBe(200);
    expect((await host.get(WHO, again.body.access_token)).status).toBe(200);
  });
});

describe('what is not found at the token endpoint', () => {
  it.each([
    ['no grant', {}, 'invalid_request', 'grant_type'],
    ['a grant that is not ours', { grant_type: 'password' }, 'unsupported_grant_type', 'grant_type'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request', 'refresh_token'],
    ['a token with a NUL', { grant_type: 'refresh_token', refresh_token: 'a\0' }, 'invalid_request', 'refresh_token'],
    [
      'a token that is endless',
      { grant_type: 'refresh_token', refresh_token: 'a'.repeat(513) },
      'invalid_request',
      'refresh_token',
    ],
    [
      'a machine that is endless',
      { grant_type: 'refresh_token', refresh_token: 'a', machine_id: 'm'.repeat(65) },
      'invalid_request',
      'machine_id',
    ],
  ])('is said in the words of OAuth: %s', async (_, form, error, named) => {
    const answer = await host.token(form);
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(answer.body.error_description).toContain(named);
  });

  it('is said without repeating a proof: a token request is proved once', async () => {
    const form = { client_id: 'nanny-agent', grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const proof = host.proof('POST', OAUTH_PATHS.token);
    expect((await host.postOnce(OAUTH_PATHS.token, form, proof)).status).toBe(200);
    expect((await host.postOnce(OAUTH_PATHS.token, form, proof)).body.error).toBe('invalid_dpop_proof');
  });
});
