import { UserResource, type User } from '@nannyapi/crds';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';
import { SecretKeys } from '../secrets/secret-keys.ts';

const ACCOUNTS = { anna: { sub: 'sub-anna', name: 'Anna' }, ben: { sub: 'sub-ben', name: 'Ben' } };
const BY = { principal: 'test', address: '127.0.0.1' };

let rig: LoginRig;
let provider: RunningOidcProvider;
let config: string;
let replica: LoginReplica;
/** A second replica of the same release. */
let other: LoginReplica;

beforeAll(async () => {
  rig = await LoginRig.start();
  const [redirectURIs, postLogoutRedirectURIs] = [[rig.callback('corp')], [new URL('/login', rig.publicURL).href]];
  provider = rig.own(
    await startOidcProvider({ host: 'localhost', redirectURIs, postLogoutRedirectURIs, accounts: ACCOUNTS }),
  );
  config = `insecureIssuers: Loopback
sessionIdleMinutes: 30
sessionHours: 2
providers:
  - { id: corp, kind: oidc, issuer: '${provider.issuer}', clientID: ${provider.clientID}, logout: Provider,
      clientSecretFile: '${await rig.secretFile('corp', provider.clientSecret)}', scopes: [profile],
      allow: { subjects: [sub-anna, sub-ben] }, groups: [{ subject: sub-anna, group: nannyapi:admins }] }`;
});

beforeEach(async () => {
  replica = await rig.replica({ config });
  other = await rig.replica({ config, port: 0 });
  other.url = `http://127.0.0.1:${(other.app.server.address() as { port: number }).port}`;
});

afterEach(async () => {
  await replica.close();
  await other.close();
});

afterAll(() => rig?.close());

async function loggedIn(login = 'anna'): Promise<Browser> {
  const browser = new Browser();
  await logIn(browser, replica, { provider: 'corp', login });
  expect(await whoIs(browser, replica)).toMatchObject({ name: `corp:sub-${login}` });
  return browser;
}

const userName = async (login: string): Promise<string> => (await rig.user('corp', `sub-${login}`)).metadata.name ?? '';
const sessionIDs = async (login: string): Promise<string[]> =>
  ((await rig.user('corp', `sub-${login}`)).status?.sessions ?? []).map(({ id }) => id);
const patchUser = async (login: string, patch: object): Promise<unknown> =>
  rig.server.client.resource<User>(UserResource).patch({ name: await userName(login) }, patch);

describe('session', () => {
  it('is an HttpOnly cookie that no script reads and nobody without the key (U1)', async () => {
    const browser = await loggedIn();
    const cookie = browser.cookies.get('nannyapi');
    expect(cookie).toMatchObject({ isHttpOnly: true, sameSite: 'Lax', path: '/' });
    const { sessionID } = (await whoIs(browser, replica)) ?? {};
    const value = cookie?.value ?? '';
    expect(value.split('.')).toHaveLength(5);
    for (const part of [sessionID ?? 'none', 'sub-anna', await userName('anna')])
      expect(
        value
          .split('.')
          .map((text) => Buffer.from(text, 'base64url').toString('latin1'))
          .join(),
      ).not.toContain(part);
  });

  it('counts on every replica, also on one that has not heard of it yet', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'corp', login: 'anna' });
    expect(await whoIs(browser, other)).toMatchObject({ name: 'corp:sub-anna', groups: ['nannyapi:admins'] });
  });

  it('is not opened by its entry, which many may read', async () => {
    const browser = await loggedIn();
    const { sessionID = '' } = (await whoIs(browser, replica)) ?? {};
    const thief = new Browser();
    for (const value of [sessionID, `${await userName('anna')}.${sessionID}`]) {
      thief.cookies.set({ ...browser.cookies.get('nannyapi')!, value });
      expect(await whoIs(thief, replica)).toBeUndefined();
    }
  });

  it('is nothing with a changed cookie, and the browser is told to forget it', async () => {
    const browser = await loggedIn();
    const { value } = browser.cookies.get('nannyapi')!;
    browser.cookies.set({ ...browser.cookies.get('nannyapi')!, value: `${value.slice(0, -4)}AAAA` });
    const answer = await replica.app.inject({
      url: '/deed',
      method: 'POST',
      headers: { cookie: `nannyapi=${value}x` },
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['set-cookie']).toContain('nannyapi=; Path=/; Max-Age=0');
    expect(await whoIs(browser, replica)).toBeUndefined();
    expect(browser.cookies.get('nannyapi')).toBeUndefined();
  });

  it('is refused when a second cookie of that name was planted', async () => {
    const { value } = (await loggedIn()).cookies.get('nannyapi')!;
    const headers = { cookie: `nannyapi=${value}; nannyapi=${value}`, accept: 'application/json' };
    const answer = await replica.app.inject({ url: '/deed', method: 'POST', headers });
    expect(answer.statusCode).toBe(401);
  });

  it('is refused beside a bearer token: a request speaks for one', async () => {
    const { value } = (await loggedIn()).cookies.get('nannyapi')!;
    const user = await userName('anna');
    const { token } = await replica.login.sessions.issueCommandLineToken({ user, origin: { address: '127.0.0.1' } });
    const headers = { cookie: `nannyapi=${value}`, authorization: `Bearer ${token}` };
    expect((await replica.app.inject({ url: '/whoami', headers })).statusCode).toBe(400);
  });

  it('gets a new id at login, and the one that the browser had before ends (session fixation)', async () => {
    const attacker = await loggedIn('ben');
    const planted = attacker.cookies.get('nannyapi')!;
    const { sessionID: plantedID } = (await whoIs(attacker, replica)) ?? {};
    const victim = new Browser();
    victim.cookies.set(planted);
    await logIn(victim, replica, { provider: 'corp', login: 'anna' });
    const { sessionID, name } = (await whoIs(victim, replica)) ?? {};
    expect(name).toBe('corp:sub-anna');
    expect(sessionID).not.toBe(plantedID);
    expect(await whoIs(attacker, replica)).toBeUndefined();
  });
});

describe('session ends', () => {
  it('at logout, on all replicas within moments, and a copy of the cookie is of no use (U6)', async () => {
    const browser = await loggedIn();
    const copy = browser.cookies.get('nannyapi')!;
    expect(await whoIs(browser, other)).toBeDefined();
    const { csrf, sessionID } = (await whoIs(browser, replica))!;
    await browser.send({ action: new URL(`${replica.url}/logout`), method: 'POST', fields: { csrf } });
    expect(browser.cookies.get('nannyapi')).toBeUndefined();
    expect(await sessionIDs('anna')).not.toContain(sessionID);
    const thief = new Browser();
    thief.cookies.set(copy);
    expect(await whoIs(thief, replica)).toBeUndefined();
    await eventually(async () => {
      thief.cookies.set(copy);
      expect(await whoIs(thief, other)).toBeUndefined();
    });
    expect(rig.audited).toContainEqual(expect.objectContaining({ action: 'LogOut', outcome: 'Done' }));
  });

  it('at the provider too where the configuration says so, by a page and not by a redirect of the form', async () => {
    const browser = await loggedIn();
    const { csrf } = (await whoIs(browser, replica))!;
    const page = await browser.send({ action: new URL(`${replica.url}/logout`), method: 'POST', fields: { csrf } });
    expect(page.status).toBe(200);
    const url = new URL(/url=([^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&'));
    expect(url.origin).toBe(provider.issuer);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${rig.publicURL.href}login`);
    await browser.open(url);
    expect(browser.page.status).toBe(200);
  });

  it('when its entry is taken away, by whomever, on a replica that knew it', async () => {
    const browser = await loggedIn();
    expect(await whoIs(browser, other)).toBeDefined();
    const { sessionID } = (await whoIs(browser, replica))!;
    expect(await other.login.sessions.end(await userName('anna'), sessionID, BY)).toBe(true);
    expect(await other.login.sessions.end(await userName('anna'), sessionID, BY)).toBe(false);
    await eventually(async () => expect(await whoIs(browser, replica)).toBeUndefined());
    expect(rig.audited).toContainEqual(expect.objectContaining({ action: 'EndSession', principal: 'test' }));
  });

  it('for streams too: what outlives the request is asked anew', async () => {
    const browser = await loggedIn();
    const { sessionID } = (await whoIs(browser, replica))!;
    const recheck = await recheckOf(browser);
    expect(await recheck()).toBe(true);
    await other.login.sessions.end(await userName('anna'), sessionID, BY);
    await eventually(async () => expect(await recheck()).toBe(false));
  });

  it('when the person is disabled, within moments, for good, and no new one begins (U6)', async () => {
    const browser = await loggedIn('ben');
    await patchUser('ben', { spec: { access: 'Disabled' } });
    await eventually(async () => expect(await whoIs(browser, replica)).toBeUndefined());
    const copy = browser.cookies.all;
    await logIn(browser, replica, { provider: 'corp', login: 'ben' });
    expect(browser.page.url.searchParams.get('problem')).toBe('Disabled');
    await eventually(async () => expect(await sessionIDs('ben')).toEqual([]));
    await patchUser('ben', { spec: { access: 'Enabled' } });
    const late = new Browser();
    for (const cookie of copy) late.cookies.set(cookie);
    expect(await whoIs(late, replica)).toBeUndefined();
    await logIn(new Browser(), replica, { provider: 'corp', login: 'ben' });
    expect(await sessionIDs('ben')).toHaveLength(1);
  });

  it('when the User is deleted', async () => {
    const browser = await loggedIn('ben');
    await rig.server.client.resource<User>(UserResource).delete({ name: await userName('ben') });
    await eventually(async () => expect(await whoIs(browser, replica)).toBeUndefined());
  });

  it('after the idle time, and use keeps it alive with one write in five minutes', async () => {
    const browser = await loggedIn();
    const before = (await rig.user('corp', 'sub-anna')).metadata.resourceVersion;
    rig.clock.shift(4 * 60);
    for (let request = 0; request < 5; request++) expect(await whoIs(browser, replica)).toBeDefined();
    expect((await rig.user('corp', 'sub-anna')).metadata.resourceVersion).toBe(before);
    for (let minutes = 0; minutes < 60; minutes += 20) {
      rig.clock.shift(20 * 60);
      const noted = (await rig.user('corp', 'sub-anna')).metadata.resourceVersion;
      expect(await whoIs(browser, replica)).toBeDefined();
      await eventually(async () =>
        expect((await rig.user('corp', 'sub-anna')).metadata.resourceVersion).not.toBe(noted),
      );
      await eventually(async () => expect(await whoIs(browser, other)).toBeDefined());
    }
    rig.clock.shift(30 * 60);
    expect(await whoIs(browser, replica)).toBeUndefined();
  });

  it('after its lifetime, however busy it is', async () => {
    const browser = await loggedIn();
    const copy = browser.cookies.get('nannyapi')!;
    for (let minutes = 20; minutes < 120; minutes += 20) {
      rig.clock.shift(20 * 60);
      const noted = (await rig.user('corp', 'sub-anna')).metadata.resourceVersion;
      expect(await whoIs(browser, replica)).toBeDefined();
      await eventually(async () =>
        expect((await rig.user('corp', 'sub-anna')).metadata.resourceVersion).not.toBe(noted),
      );
    }
    rig.clock.shift(20 * 60);
    expect(await whoIs(browser, replica)).toBeUndefined();
    browser.cookies.set(copy);
    expect(await whoIs(browser, replica)).toBeUndefined();
  });

  it('when the provider was taken out of the configuration', async () => {
    const browser = await loggedIn();
    await replica.close();
    replica = await rig.replica({ config: '' });
    expect(await whoIs(browser, replica)).toBeUndefined();
  });

  it('in part, when a mapping was taken out of the configuration: its group is gone', async () => {
    const browser = await loggedIn();
    expect(await whoIs(browser, replica)).toMatchObject({ groups: ['nannyapi:admins'] });
    await replica.close();
    replica = await rig.replica({ config: config.replace('nannyapi:admins', 'other') });
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'corp:sub-anna', groups: [] });
  });

  it('with no more groups than the configuration maps, whatever stands in its entry', async () => {
    const browser = await loggedIn();
    const { status } = await rig.user('corp', 'sub-anna');
    const groups = ['system:masters', 'nannyapi:admins', 'other'];
    const sessions = status?.sessions?.map((session) => ({ ...session, groups }));
    const users = rig.server.client.resource<User>(UserResource);
    await users.patchStatus({ name: await userName('anna') }, { status: { sessions } });
    await replica.close();
    replica = await rig.replica({ config });
    expect(await whoIs(browser, replica)).toMatchObject({ groups: ['nannyapi:admins'] });
  });

  it('when 32 newer ones were used since', async () => {
    const browser = await loggedIn('ben');
    rig.clock.shift(1);
    await Promise.all(Array.from({ length: 4 }, () => loggedIn('ben')));
    expect((await sessionIDs('ben')).length).toBeGreaterThanOrEqual(5);
    for (let more = 0; more < 28; more++) await loggedIn('ben');
    expect(await sessionIDs('ben')).toHaveLength(32);
    await eventually(async () => expect(await whoIs(browser, replica)).toBeUndefined());
  });
});

describe('keys of sessions', () => {
  it('rotate: an old key still opens, and the cookie is sealed anew by the newest', async () => {
    const [old, fresh] = [SecretKeys.generate(), SecretKeys.generate()];
    await replica.close();
    replica = await rig.replica({ config, secretKeys: SecretKeys.parse(old) });
    const browser = await loggedIn();
    const { csrf } = (await whoIs(browser, replica))!;
    const sealed = browser.cookies.get('nannyapi')?.value;
    await replica.close();
    replica = await rig.replica({ config, secretKeys: SecretKeys.parse(`${fresh}${old}`) });
    // A page that was open over the rotation can still be sent.
    const deed = { action: new URL(`${replica.url}/deed`), method: 'POST', fields: { csrf } } as const;
    await browser.send(deed, { from: rig.publicURL });
    expect(browser.page.status).toBe(200);
    expect(browser.cookies.get('nannyapi')?.value).not.toBe(sealed);
    await replica.close();
    replica = await rig.replica({ config, secretKeys: SecretKeys.parse(fresh) });
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'corp:sub-anna' });
    browser.cookies.set({ ...browser.cookies.get('nannyapi')!, value: sealed! });
    expect(await whoIs(browser, replica)).toBeUndefined();
  });

  it('seal a cookie anew as it ages, so that few old ones are about', async () => {
    const browser = await loggedIn();
    const sealed = browser.cookies.get('nannyapi')?.value;
    rig.clock.shift(14 * 60);
    await whoIs(browser, replica);
    expect(browser.cookies.get('nannyapi')?.value).toBe(sealed);
    rig.clock.shift(60);
    await whoIs(browser, replica);
    expect(browser.cookies.get('nannyapi')?.value).not.toBe(sealed);
  });
});

describe('logins of two replicas at once', () => {
  it('lose none of the entries', async () => {
    await rig.server.client.resource<User>(UserResource).delete({ name: await userName('ben') });
    const user = { provider: 'corp', issuer: `${provider.issuer}/`, subject: 'sub-ben', profile: {} };
    const origin = { address: '127.0.0.1' };
    const begun = await Promise.all(
      [replica, other, replica, other, replica, other].map((each) =>
        each.login.sessions.begin(user, { groups: [], origin }),
      ),
    );
    expect((await sessionIDs('ben')).toSorted()).toEqual(begun.map(({ session }) => session.id).toSorted());
  });

  it('never bring an ended one back', async () => {
    const browser = await loggedIn('ben');
    const { sessionID } = (await whoIs(browser, replica))!;
    rig.clock.shift(6 * 60);
    const user = await userName('ben');
    await Promise.all([
      other.login.sessions.end(user, sessionID, BY),
      whoIs(browser, replica),
      whoIs(browser, replica),
      other.login.sessions.issueCommandLineToken({ user, origin: { address: '127.0.0.1' } }),
    ]);
    expect(await sessionIDs('ben')).not.toContain(sessionID);
    await eventually(async () => expect(await whoIs(browser, replica)).toBeUndefined());
    expect(await sessionIDs('ben')).not.toContain(sessionID);
  });
});

/** What a stream of that browser would go by. */
async function recheckOf(browser: Browser): Promise<() => Promise<boolean>> {
  const headers = { cookie: `nannyapi=${browser.cookies.get('nannyapi')?.value}` };
  const request = { headers, ip: '127.0.0.1' } as never;
  const authentication = await replica.login.scheme().authenticate(request, { header: () => undefined } as never);
  return authentication!.recheck;
}
