import { API_VERSION, UserResource, type User } from '@nannyapi/crds';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';
import { userObjectName } from './user-name.ts';

const ACCOUNTS = {
  anna: { sub: 'sub-anna', name: 'Anna', email: 'anna@example.com', email_verified: true },
  eve: { sub: 'sub-eve', name: 'Anna', email: 'anna@example.com', email_verified: true },
};

let rig: LoginRig;
let one: RunningOidcProvider;
let two: RunningOidcProvider;
let replica: LoginReplica;

async function entry(id: string, { issuer, clientID, clientSecret }: RunningOidcProvider): Promise<string> {
  const secretFile = await rig.secretFile(id, clientSecret);
  return `
  - { id: ${id}, kind: oidc, issuer: '${issuer}', clientID: ${clientID}, clientSecretFile: '${secretFile}',
      allow: { subjects: [sub-anna, sub-eve] } }`;
}

beforeAll(async () => {
  rig = await LoginRig.start();
  const start = (id: string): Promise<RunningOidcProvider> =>
    startOidcProvider({ host: 'localhost', redirectURIs: [rig.callback(id)], accounts: ACCOUNTS });
  one = rig.own(await start('one'));
  two = rig.own(await start('two'));
  const config = `insecureIssuers: Loopback\nproviders:${await entry('one', one)}${await entry('two', two)}`;
  replica = await rig.replica({ config, providerTimeoutSeconds: 1 });
});

afterEach(() => {
  for (const { faults } of [one, two]) for (const key of Object.keys(faults)) Reflect.deleteProperty(faults, key);
  // What was found out about a provider that failed is forgotten by then.
  rig.clock.shift(10);
});

afterAll(() => rig?.close());

function problemOf(browser: Browser): string | null {
  expect(browser.page.url.href).toMatch(new RegExp(`^${rig.publicURL.href}login\\?`));
  return browser.page.url.searchParams.get('problem');
}

/** Walks to the provider and back, and stops before the callback is asked for. */
async function callbackOf(browser: Browser, provider: string, login = 'anna'): Promise<URL> {
  await browser.open(`${replica.url}/auth/${provider}/start?return_to=/whoami`);
  const [form] = browser.forms;
  await browser.send({ ...form!, fields: { login } }, { maxRedirects: 1 });
  return new URL(browser.page.headers.location ?? '');
}

async function problemAt(browser: Browser, url: URL): Promise<string | null> {
  await browser.open(url, { from: new URL(one.issuer) });
  return problemOf(browser);
}

describe('login is refused', () => {
  it('when the person cancels it', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/one/start?return_to=/whoami`);
    await browser.submit({ cancel: 'yes' });
    expect(problemOf(browser)).toBe('Cancelled');
    expect(browser.page.url.searchParams.get('return_to')).toBe('/whoami');
  });

  it('for a callback in the browser of somebody else, who would act as the one who sent it (login CSRF)', async () => {
    const url = await callbackOf(new Browser(), 'one', 'eve');
    const victim = new Browser();
    expect(await problemAt(victim, url)).toBe('Expired');
    await victim.open(`${replica.url}/auth/one/start`);
    expect(await problemAt(victim, url)).toBe('Expired');
    expect(await whoIs(victim, replica)).toBeUndefined();
  });

  it('for a callback that is used again, also with the cookie of before', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    const cookie = browser.cookies.get('nannyapi-login');
    expect(cookie).toMatchObject({ isHttpOnly: true, sameSite: 'Lax' });
    await browser.open(url);
    expect(browser.cookies.get('nannyapi-login')).toBeUndefined();
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'one:sub-anna' });
    const thief = new Browser();
    expect(await problemAt(thief, url)).toBe('Expired');
    thief.cookies.set(cookie!);
    expect(await problemAt(thief, url)).toBe('Expired');
    expect(await whoIs(thief, replica)).toBeUndefined();
  });

  it('for a code that another replica has used, by the provider', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    const cookie = browser.cookies.get('nannyapi-login');
    await browser.open(url);
    const port = Number(new URL(replica.url).port);
    await replica.close();
    const config = `insecureIssuers: Loopback\nproviders:${await entry('one', one)}${await entry('two', two)}`;
    replica = await rig.replica({ config, port, providerTimeoutSeconds: 1 });
    const thief = new Browser();
    thief.cookies.set(cookie!);
    expect(await problemAt(thief, url)).toBe('Refused');
  });

  it.each(['state', 'code'])('for a callback with another %s', async (name) => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    url.searchParams.set(name, 'x'.repeat(43));
    expect(await problemAt(browser, url)).toBe(name === 'state' ? 'Expired' : 'Refused');
  });

  it.each(['state', 'code'])('for a callback without %s, and with two', async (name) => {
    const bare = new Browser();
    const url = await callbackOf(bare, 'one');
    url.searchParams.delete(name);
    expect(await problemAt(bare, url)).not.toBeNull();
    const twice = new Browser();
    const other = await callbackOf(twice, 'one');
    other.searchParams.append(name, 'x');
    expect(await problemAt(twice, other)).not.toBeNull();
  });

  it('after ten minutes', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    rig.clock.shift(601);
    expect(await problemAt(browser, url)).toBe('Expired');
  });

  it.each([
    ['access_denied', 'Cancelled'],
    ['invalid_scope', 'Refused'],
    ['server_error', 'Unavailable'],
    ['<script>', 'Refused'],
  ])('for an error answer %s of the provider, as %s', async (error, problem) => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    url.searchParams.delete('code');
    url.searchParams.set('error', error);
    url.searchParams.set('error_description', 'secret-description');
    expect(await problemAt(browser, url)).toBe(problem);
    expect(browser.page.url.href).not.toContain('secret-description');
  });

  it('for an error answer with a state that is not its own: nobody is told that they cancelled', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    url.search = '?error=access_denied&state=wrong';
    expect(await problemAt(browser, url)).toBe('Expired');
  });
});

describe('mix-up of two providers is refused', () => {
  it('when the code of one comes back to the callback of the other', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    url.pathname = '/auth/two/callback';
    expect(await problemAt(browser, url)).toBe('Expired');
    expect(two.requests).not.toContain('POST /token');
  });

  it('when the answer names another issuer (RFC 9207)', async () => {
    one.faults.callbackIssuer = two.issuer;
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'one', login: 'anna' });
    expect(problemOf(browser)).toBe('ProviderFailed');
  });

  it('when the answer names no issuer although the provider says that it does', async () => {
    const browser = new Browser();
    const url = await callbackOf(browser, 'one');
    url.searchParams.delete('iss');
    expect(await problemAt(browser, url)).toBe('ProviderFailed');
  });

  it('when a code of one is put into a login with the other (code injection)', async () => {
    const stolen = await callbackOf(new Browser(), 'one', 'anna');
    const browser = new Browser();
    const url = await callbackOf(browser, 'two', 'eve');
    url.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect(await problemAt(browser, url)).toBe('Refused');
  });

  it('when a code of one browser is put into the login of another: PKCE binds it', async () => {
    const stolen = await callbackOf(new Browser(), 'one', 'anna');
    const browser = new Browser();
    const url = await callbackOf(browser, 'one', 'eve');
    url.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect(await problemAt(browser, url)).toBe('Refused');
  });
});

describe('a provider that cannot be trusted', () => {
  it('logs nobody in with an ID token of another nonce', async () => {
    one.faults.nonce = 'n'.repeat(43);
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'one', login: 'anna' });
    expect(problemOf(browser)).toBe('ProviderFailed');
    expect(await whoIs(browser, replica)).toBeUndefined();
  });

  it('logs nobody in when its metadata is that of another issuer', async () => {
    // Metadata is good for an hour.
    rig.clock.shift(3700);
    one.faults.metadataIssuer = 'https://evil.example';
    const fresh = await rig.replica({
      config: `insecureIssuers: Loopback\nproviders:${await entry('one', one)}`,
      port: 0,
    });
    expect(fresh.login.providers()).toHaveLength(1);
    const answer = await fresh.app.inject({ url: '/auth/one/start?moved=yes' });
    expect(answer.headers.location).toBe('/login?problem=ProviderFailed');
  });
});

describe('a provider that is down', () => {
  it('keeps nothing else from working, and is asked again when it is back', async () => {
    one.faults.isDown = true;
    const config = `insecureIssuers: Loopback\nproviders:${await entry('one', one)}${await entry('two', two)}`;
    const fresh = await rig.replica({ config, port: 0 });
    const start = async (id: string): Promise<unknown> =>
      (await fresh.app.inject({ url: `/auth/${id}/start?moved=yes` })).headers.location;
    expect(await start('one')).toBe('/login?problem=Unavailable');
    expect(await start('two')).toContain(`${two.issuer}/auth?`);
    one.faults.isDown = false;
    const asked = one.requests.length;
    expect(await start('one')).toBe('/login?problem=Unavailable');
    expect(one.requests).toHaveLength(asked);
    rig.clock.shift(5.001);
    expect(await start('one')).toContain(`${one.issuer}/auth?`);
  });

  it('stays known for what it was when it can no longer be asked', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'two', login: 'anna' });
    rig.clock.shift(3700);
    two.faults.isDown = true;
    await browser.open(`${replica.url}/auth/two/start`, { maxRedirects: 0 });
    expect(browser.page.headers.location).toContain(`${two.issuer}/auth?`);
  });

  it('ends a login that it lets hang', async () => {
    const hang = Promise.withResolvers<void>();
    one.faults.tokenDelay = hang.promise;
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'one', login: 'anna' });
    hang.resolve();
    expect(problemOf(browser)).toBe('Unavailable');
  });

  it('fails with a secret that is wrong, and works with the right one without a restart', async () => {
    await rig.secretFile('one', 'wrong');
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'one', login: 'anna' });
    expect(problemOf(browser)).toBe('ProviderFailed');
    await rig.secretFile('one', one.clientSecret);
    await logIn(browser, replica, { provider: 'one', login: 'anna' });
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'one:sub-anna' });
  });
});

describe('accounts of two providers', () => {
  it('with the same verified address stay two people (an address never links accounts)', async () => {
    const [first, second] = [new Browser(), new Browser()];
    await logIn(first, replica, { provider: 'one', login: 'anna' });
    await logIn(second, replica, { provider: 'two', login: 'eve' });
    expect(await whoIs(first, replica)).toMatchObject({ name: 'one:sub-anna' });
    expect(await whoIs(second, replica)).toMatchObject({ name: 'two:sub-eve' });
    expect((await rig.user('one', 'sub-anna')).metadata.uid).not.toBe((await rig.user('two', 'sub-eve')).metadata.uid);
  });

  it('with the same subject stay two people', async () => {
    const [first, second] = [new Browser(), new Browser()];
    await logIn(first, replica, { provider: 'one', login: 'anna' });
    await logIn(second, replica, { provider: 'two', login: 'anna' });
    expect([await whoIs(first, replica), await whoIs(second, replica)]).toMatchObject([
      { name: 'one:sub-anna' },
      { name: 'two:sub-anna' },
    ]);
  });

  it('stay two people also when the object of one has the name that the other would get', async () => {
    const users = rig.server.client.resource<User>(UserResource);
    const name = userObjectName('two', 'sub-anna');
    await users.delete({ name }).catch(() => undefined);
    const spec = { provider: 'two', subject: 'sub-somebody-else' };
    await users.create({ apiVersion: API_VERSION, kind: 'User', metadata: { name }, spec });
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'two', login: 'anna' });
    expect(problemOf(browser)).toBe('ProviderFailed');
    await users.delete({ name });
  });

  it('stay two people also when a configuration gives the id of one to the other', async () => {
    await logIn(new Browser(), replica, { provider: 'one', login: 'anna' });
    const port = Number(new URL(replica.url).port);
    await replica.close();
    const stolen = rig.own(
      await startOidcProvider({ host: 'localhost', redirectURIs: [rig.callback('one')], accounts: ACCOUNTS }),
    );
    const config = `insecureIssuers: Loopback\nproviders:${await entry('one', stolen)}`;
    const swapped = await rig.replica({ config, port });
    const browser = new Browser();
    await logIn(browser, swapped, { provider: 'one', login: 'anna' });
    expect(problemOf(browser)).toBe('ProviderFailed');
  });
});

describe('nothing that opens anything', () => {
  it('is logged or audited: no code, state, cookie, token, secret or address', () => {
    const written = `${rig.log.join('')}${JSON.stringify(rig.audited)}`;
    expect(written.length).toBeGreaterThan(1000);
    for (const secret of [
      one.clientSecret,
      two.clientSecret,
      'eyJ',
      'code=',
      'state=',
      'anna@example.com',
      'secret-description',
    ])
      expect([secret, written.includes(secret)]).toEqual([secret, false]);
  });
});
