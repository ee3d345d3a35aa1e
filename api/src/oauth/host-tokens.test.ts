import type { KubeClient, KubeObject, WatchCall, WatchEvent, WatchQuery } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OAuthHost } from '../../testing/oauth-host.ts';
import { ShiftedClock } from '../../testing/shifted-clock.ts';
import { RELEASE, startTestOAuth, WHO, type TestOAuth, type Tokens } from '../../testing/test-oauth.ts';

const MACHINE = { machine_id: 'machine-1', boot_id: 'boot-1' };

let api: TestApiServer;
let oauth: TestOAuth;
/** A second replica, which shares nothing with the first but objects and keys. */
let other: TestOAuth;
let clock: ShiftedClock;
const events: { reason: string; type: string; agent: string }[] = [];

let number = 0;
let name: string;
let host: OAuthHost;
let tokens: Tokens;

beforeAll(async () => {
  api = await startTestApiServer();
  await api.client.raw('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: RELEASE },
  });
  clock = new ShiftedClock();
  const recorder = {
    record: (object: { metadata: { name?: string } }, event: { reason: string; type: string }) => {
      events.push({ reason: event.reason, type: event.type, agent: object.metadata.name ?? '' });
    },
  };
  oauth = await startTestOAuth({ client: api.client, clock, events: recorder });
  other = await startTestOAuth({ client: api.client, clock });
});

afterAll(async () => {
  await oauth?.close();
  await other?.close();
  await api?.close();
});

beforeEach(async () => {
  name = `host-${number++}`;
  host = oauth.host();
  tokens = await oauth.enrol(host, name, MACHINE);
});

/** The same host, which talks to that replica. */
const at = (replica: TestOAuth): OAuthHost => host.at(replica.url);

const readyOf = async (): Promise<unknown> =>
  (await oauth.objects.credentialOf(name)).status?.conditions?.find(({ type }) => type === 'Ready')?.reason;

/** A client that hears what there is and then nothing more, as behind a connection that is dead and does not know it. */
function withoutNews(client: KubeClient): KubeClient {
  return {
    ...client,
    resource: (type) => {
      const resource = client.resource(type);
      const watch = async function* (query: WatchQuery, call: WatchCall): AsyncGenerator<WatchEvent<KubeObject>> {
        const silent = new Promise<void>((resolve) => {
          call.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        if (query.sendInitialEvents === true)
          for await (const event of resource.watch(query, call)) {
            yield event;
            if (event.type === 'BOOKMARK') break;
          }
        await silent;
      };
      // The client has private members, so its other methods must be called on itself.
      return new Proxy(resource, {
        get: (target, member: keyof typeof resource) => (member === 'watch' ? watch : target[member].bind(target)),
      }) as never;
    },
  };
}

describe('an access token', () => {
  it('E4: is good for ten minutes, not for days', async () => {
    clock.shift(590);
    expect((await host.get(WHO, tokens.access_token)).status).toBe(200);
    clock.shift(20);
    const ended = await host.get(WHO, tokens.access_token);
    expect(ended.status).toBe(401);
    expect(ended.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('is good on every replica at once, also before its watch has heard of it', async () => {
    expect((await at(other).get(WHO, tokens.access_token)).status).toBe(200);
    const renewed = await host.refresh(tokens.refresh_token, MACHINE);
    expect((await at(other).get(WHO, renewed.body.access_token)).status).toBe(200);
  });

  it('is good on a replica whose watch has fallen silent: what it does not know it looks up', async () => {
    const deaf = await startTestOAuth({ client: withoutNews(api.client), clock });
    try {
      const later = oauth.host();
      const { access_token: token } = await oauth.enrol(later, `${name}-later`);
      expect((await later.at(deaf.url).get(WHO, token)).status).toBe(200);
    } finally {
      await deaf.close();
    }
  });

  it('is good for nobody who has not the key', async () => {
    const thief = oauth.host();
    expect((await thief.get(WHO, tokens.access_token)).status).toBe(401);
  });

  it('is good for no proof that was shown before, and for no request without one', async () => {
    const proof = host.proof('GET', WHO, tokens.access_token);
    expect((await host.getOnce(WHO, tokens.access_token, proof)).status).toBe(200);
    const replayed = await host.getOnce(WHO, tokens.access_token, proof);
    expect(replayed.status).toBe(401);
    expect(replayed.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"');
    const bare = await fetch(`${oauth.url}${WHO}`, { headers: { authorization: `DPoP ${tokens.access_token}` } });
    expect(bare.status).toBe(401);
    const bearer = await fetch(`${oauth.url}${WHO}`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(bearer.status).toBe(401);
  });

  it('a proof that was copied is good at another replica for at most as long as its nonce', async () => {
    const stolen = host.proof('GET', WHO, tokens.access_token, { claims: { htu: `${other.url}${WHO}` } });
    clock.shift(61);
    const late = await at(other).getOnce(WHO, tokens.access_token, stolen);
    expect(late.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
  });

  it('comes with a fresh nonce in every answer', async () => {
    const answers = [
      await host.get(WHO, tokens.access_token),
      await host.get(WHO, `${tokens.access_token.slice(0, -1)}-`),
      await host.refresh('nonsense'),
      await host.refresh(tokens.refresh_token),
    ];
    for (const { headers } of answers) expect(headers.get('dpop-nonce')).toMatch(/^[A-Za-z0-9_-]{27}$/);
  });

  it('that was replaced stays good until it ends by itself', async () => {
    await host.refresh(tokens.refresh_token, MACHINE);
    expect((await host.get(WHO, tokens.access_token)).status).toBe(200);
    clock.shift(601);
    expect((await host.get(WHO, tokens.access_token)).status).toBe(401);
  });
});

describe('a refresh token', () => {
  it('E4, E5: is rotated at each renewal, by the server as by the host', async () => {
    const renewed = await host.refresh(tokens.refresh_token, MACHINE);
    expect(renewed).toMatchObject({
      status: 200,
      body: { token_type: 'DPoP', expires_in: 600, agent: { namespace: 'default', name } },
    });
    expect(renewed.body.refresh_token).not.toBe(tokens.refresh_token);
    expect((await host.get(WHO, renewed.body.access_token)).status).toBe(200);
    const again = await host.refresh(renewed.body.refresh_token, MACHINE);
    expect(again.status).toBe(200);
    expect((await oauth.objects.credentialOf(name)).status?.refreshCount).toBe(2);
  });

  it('whose answer was lost gets the same tokens again, from any replica, for a minute', async () => {
    const lost = await host.refresh(tokens.refresh_token, MACHINE);
    clock.shift(50);
    const again = await at(other).refresh(tokens.refresh_token, MACHINE);
    expect(again.body).toMatchObject({
      access_token: lost.body.access_token,
      refresh_token: lost.body.refresh_token,
    });
    expect(again.body.expires_in).toBeLessThanOrEqual(550);
    expect((await host.refresh(again.body.refresh_token, MACHINE)).status).toBe(200);
  });

  it('E7: that is used eight times at once, at two replicas, locks nobody out', async () => {
    const asked = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? host : at(other)));
    await at(other).get(WHO, tokens.access_token);
    const answers = await Promise.all(asked.map((one) => one.refresh(tokens.refresh_token, MACHINE)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect((await oauth.objects.credentialOf(name)).status?.refreshCount).toBe(1);
  });

  it('E4: that comes back after the minute ends the whole family, and says so', async () => {
    const renewed = await host.refresh(tokens.refresh_token, MACHINE);
    clock.shift(61);
    expect(await host.refresh(tokens.refresh_token, MACHINE)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await readyOf()).toBe('RefreshTokenReused');
    expect((await oauth.objects.credentialOf(name)).spec.access).toBe('Revoked');
    expect((await host.refresh(renewed.body.refresh_token, MACHINE)).body.error).toBe('invalid_grant');
    expect((await host.get(WHO, renewed.body.access_token)).status).toBe(401);
    await vi.waitFor(async () => expect((await at(other).get(WHO, renewed.body.access_token)).status).toBe(401));
    expect(events).toContainEqual({ reason: 'RefreshTokenReused', type: 'Warning', agent: name });
  });

  it('E4: that was used up long ago ends the family, though no hash of it is kept', async () => {
    let present = tokens.refresh_token;
    for (let times = 0; times < 3; times++)
      present = (await host.refresh(present, MACHINE)).body.refresh_token as string;
    await host.refresh(tokens.refresh_token, MACHINE);
    expect(await readyOf()).toBe('RefreshTokenReused');
    expect((await host.refresh(present, MACHINE)).body.error).toBe('invalid_grant');
  });

  it('that was stolen without the key is good for nothing, and harms the host in nothing', async () => {
    const thief = oauth.host();
    expect((await thief.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await host.refresh(tokens.refresh_token, MACHINE)).status).toBe(200);
  });

  it('that was guessed is refused without a question to the API server', async () => {
    const credential = tokens.refresh_token.split('.')[1] ?? '';
    for (const guess of [`nrt.${credential}.${'x'.repeat(43)}`, `nrt.${'0'.repeat(20)}.${'x'.repeat(43)}`, 'x'])
      expect((await host.refresh(guess)).body).toEqual({
        error: 'invalid_grant',
        error_description: expect.any(String),
      });
    expect(await readyOf()).toBe('Active');
  });

  it('ends when it is not used for thirty days, and anyhow after a year', async () => {
    clock.shift(29 * 86_400);
    let present = await host.refresh(tokens.refresh_token, MACHINE);
    expect(present.status).toBe(200);
    for (let month = 0; month < 11; month++) {
      clock.shift(29.9 * 86_400);
      present = await host.refresh(present.body.refresh_token as string, MACHINE);
      expect(present.status).toBe(200);
    }
    clock.shift(20 * 86_400);
    expect((await host.refresh(present.body.refresh_token as string, MACHINE)).body.error).toBe('invalid_grant');
  });

  it('ends when it was idle', async () => {
    clock.shift(31 * 86_400);
    expect((await host.refresh(tokens.refresh_token, MACHINE)).body.error).toBe('invalid_grant');
  });
});

describe('a clone', () => {
  it('is found when the tokens come from another machine, and then nobody gets any', async () => {
    const cloned = { ...MACHINE, machine_id: 'machine-2' };
    expect((await host.refresh(tokens.refresh_token, cloned)).body.error).toBe('invalid_grant');
    expect(await readyOf()).toBe('CloneDetected');
    expect((await host.refresh(tokens.refresh_token, MACHINE)).body.error).toBe('invalid_grant');
    expect((await host.get(WHO, tokens.access_token)).status).toBe(401);
  });

  it('is found when an earlier boot comes back', async () => {
    const second = await host.refresh(tokens.refresh_token, { ...MACHINE, boot_id: 'boot-2' });
    expect(second.status).toBe(200);
    expect((await host.refresh(second.body.refresh_token as string, MACHINE)).body.error).toBe('invalid_grant');
    expect(await readyOf()).toBe('CloneDetected');
  });

  it('is not found in a host that boots, again and again', async () => {
    let present = tokens.refresh_token;
    for (let boot = 2; boot < 12; boot++) {
      const renewed = await host.refresh(present, { ...MACHINE, boot_id: `boot-${boot}` });
      expect(renewed.status).toBe(200);
      present = renewed.body.refresh_token as string;
    }
    expect((await oauth.objects.credentialOf(name)).status?.bootIDs).toHaveLength(8);
  });
});

describe('a host loses its right to be here', () => {
  const lost = async (): Promise<string> => {
    const answer = await host.get(WHO, tokens.access_token);
    return answer.headers.get('www-authenticate')?.includes('invalid_token') ? 'wrong token' : String(answer.status);
  };
  /** Resolves when the replica was told that the agent's streams are to end. */
  const told = (): Promise<string> =>
    new Promise((resolve) => {
      oauth.server.onLoss((agent) => {
        if (agent === `default/${name}`) resolve(agent);
      });
    });

  it('when its credential is revoked with kubectl, within moments, on streams too', async () => {
    const ended = told();
    const { metadata } = await oauth.objects.credentialOf(name);
    await oauth.objects.credentials.patch(
      { namespace: RELEASE, name: metadata.name ?? '' },
      { spec: { access: 'Revoked' } },
    );
    expect(await ended).toBe(`default/${name}`);
    expect(await lost()).toBe('wrong token');
    expect((await host.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('when its credential is deleted', async () => {
    const ended = told();
    const { metadata } = await oauth.objects.credentialOf(name);
    await oauth.objects.credentials.delete({ namespace: RELEASE, name: metadata.name ?? '' });
    await ended;
    await vi.waitFor(async () => expect(await lost()).toBe('wrong token'), { timeout: 8000 });
  });

  it('when a person revokes the agent', async () => {
    const ended = told();
    expect(await oauth.server.credentials.revoke({ namespace: 'default', name })).toBe(1);
    expect(await oauth.server.credentials.revoke({ namespace: 'default', name })).toBe(0);
    await ended;
    expect(await lost()).toBe('wrong token');
    expect(await readyOf()).toBe('Revoked');
  });

  it('when its Agent is deleted, and does not get it back by one of the same name', async () => {
    await oauth.objects.agents.delete({ namespace: 'default', name });
    await vi.waitFor(async () => expect(await lost()).toBe('wrong token'));
    await oauth.enrol(oauth.host(), name);
    expect(await lost()).toBe('wrong token');
    expect((await host.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('U6: while its Agent is disabled, and keeps its tokens for the day it is enabled', async () => {
    const ref = { namespace: 'default', name };
    await oauth.objects.agents.patch(ref, { spec: { access: 'Revoked' } });
    await vi.waitFor(async () => expect(await lost()).toBe('403'));
    expect((await host.refresh(tokens.refresh_token, MACHINE)).body.error).toBe('unauthorized_client');
    await oauth.objects.agents.patch(ref, { spec: { access: 'Enabled' } });
    await vi.waitFor(async () => expect(await lost()).toBe('200'));
    expect((await host.refresh(tokens.refresh_token, MACHINE)).status).toBe(200);
  });

  it('when it gives its tokens back (RFC 7009), which nobody else can do for it', async () => {
    const thief = oauth.host();
    expect((await thief.revoke(tokens.refresh_token)).status).toBe(200);
    expect(await lost()).toBe('200');
    expect((await at(other).revoke(tokens.refresh_token)).status).toBe(200);
    expect(await lost()).toBe('wrong token');
    expect((await host.revoke(tokens.refresh_token)).status).toBe(200);
    expect((await host.revoke('nonsense')).status).toBe(200);
  });
});
