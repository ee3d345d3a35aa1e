import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';

let rig: LoginRig;
let provider: RunningOidcProvider;
let replica: LoginReplica;

beforeAll(async () => {
  rig = await LoginRig.start();
  provider = rig.own(
    await startOidcProvider({
      host: 'localhost',
      redirectURIs: [rig.callback('corp')],
      accounts: { anna: { sub: 'sub-anna' }, eve: { sub: 'sub-eve' } },
    }),
  );
  const config = `insecureIssuers: Loopback
providers:
  - { id: corp, kind: oidc, issuer: '${provider.issuer}', clientID: ${provider.clientID},
      clientSecretFile: '${await rig.secretFile('corp', provider.clientSecret)}', allow: { subjects: [sub-anna, sub-eve] } }`;
  replica = await rig.replica({ config });
});

afterAll(() => rig?.close());

async function loggedIn(login = 'anna'): Promise<{ browser: Browser; csrf: string; cookie: string }> {
  const browser = new Browser();
  await logIn(browser, replica, { provider: 'corp', login });
  const { csrf } = (await whoIs(browser, replica))!;
  return { browser, csrf, cookie: `nannyapi=${browser.cookies.get('nannyapi')?.value}` };
}

/** A POST with the cookie of a login, and headers as the test wants them. */
async function post(cookie: string, headers: Record<string, string>, fields: Record<string, string>): Promise<number> {
  const answer = await replica.app.inject({
    method: 'POST',
    url: '/deed',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  });
  return answer.statusCode;
}

describe('a form of another site (CSRF)', () => {
  it('comes without the cookie, and so as nobody', async () => {
    const { browser, csrf } = await loggedIn();
    const page = await browser.send(
      { action: new URL(`${replica.url}/deed`), method: 'POST', fields: { csrf } },
      { from: new URL('http://localhost:1/evil') },
    );
    expect(page.status).toBe(401);
  });

  it('of a sibling site, with which the cookie comes, is refused by what the browser says', async () => {
    const { browser, csrf } = await loggedIn();
    const page = await browser.send(
      { action: new URL(`${replica.url}/deed`), method: 'POST', fields: { csrf } },
      { from: new URL('http://127.0.0.1:1/evil') },
    );
    expect(page.status).toBe(403);
  });

  it('is refused without the token of this login, even if it seems to come from here', async () => {
    const { cookie, csrf } = await loggedIn();
    const { csrf: ofEve } = await loggedIn('eve');
    const own = { 'sec-fetch-site': 'same-origin' };
    expect(await post(cookie, own, {})).toBe(403);
    expect(await post(cookie, own, { csrf: '' })).toBe(403);
    expect(await post(cookie, own, { csrf: `${csrf}x` })).toBe(403);
    expect(await post(cookie, own, { csrf: ofEve })).toBe(403);
    expect(await post(cookie, own, { csrf })).toBe(200);
    expect(await post(cookie, { ...own, 'x-csrf-token': csrf }, {})).toBe(200);
    expect(await post(cookie, { ...own, 'x-csrf-token': ofEve }, { csrf })).toBe(403);
  });

  it.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['same-site, which siblings are too', { 'sec-fetch-site': 'same-site' }, 403],
    ['cross-site with our origin, which nobody can say', { 'sec-fetch-site': 'cross-site', origin: 'OWN' }, 403],
    ['nothing but another origin, as an old browser', { origin: 'https://evil.example' }, 403],
    ['nothing but no origin, as a sandboxed frame', { origin: 'null' }, 403],
    ['nothing at all', {}, 403],
    ['nothing but our origin, as an old browser', { origin: 'OWN' }, 200],
    ['same-origin', { 'sec-fetch-site': 'same-origin' }, 200],
    ['none: the person typed it', { 'sec-fetch-site': 'none' }, 200],
  ])('is judged by %s', async (_what, headers: Record<string, string>, status) => {
    const { cookie, csrf } = await loggedIn();
    const told = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'OWN' ? rig.publicURL.origin : value]),
    );
    expect(await post(cookie, told, { csrf })).toBe(status);
  });

  it('cannot log anybody out', async () => {
    const { browser } = await loggedIn();
    const action = new URL(`${replica.url}/logout`);
    await browser.send({ action, method: 'POST', fields: {} }, { from: new URL('http://127.0.0.1:1/evil') });
    await browser.open(action, { from: new URL('http://127.0.0.1:1/evil') });
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'corp:sub-anna' });
  });

  it('has nothing to do with bearer tokens, which no browser sends unasked', async () => {
    const { browser } = await loggedIn();
    const user = (await rig.user('corp', 'sub-anna')).metadata.name ?? '';
    const { token } = await replica.login.sessions.issueCommandLineToken({ user, origin: { address: '127.0.0.1' } });
    const answer = await replica.app.inject({
      method: 'POST',
      url: '/deed',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    expect(answer.statusCode).toBe(200);
    expect(browser.page.status).toBe(200);
  });
});

describe('the way back after a login', () => {
  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'leads to no other origin (open redirect): %s',
    async (returnTo) => {
      const browser = new Browser();
      await logIn(browser, replica, { provider: 'corp', login: 'anna', returnTo });
      expect(browser.page.url.href).toBe(rig.publicURL.href);
    },
  );

  it('is a path of ours with its query', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'corp', login: 'anna', returnTo: '/whoami?a=b%20c&d=%2Fe' });
    expect(browser.page.url.href).toBe(`${rig.publicURL.href}whoami?a=b%20c&d=%2Fe`);
  });
});

describe('headers of a client', () => {
  const start = (headers: Record<string, string>, url = '/auth/corp/start'): Promise<string | undefined> =>
    replica.app.inject({ url, headers }).then((answer) => answer.headers.location);

  it('do not change where the provider sends the browser back to', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const location = await start(headers, '/auth/corp/start?moved=yes');
    expect(new URL(location ?? '').searchParams.get('redirect_uri')).toBe(rig.callback('corp'));
  });

  it('of another name of the facade lead to the public one first, where the cookie has to be', async () => {
    expect(await start({ host: 'nanny.lan:7444' }, '/auth/corp/start?return_to=/whoami')).toBe(
      `${rig.publicURL.href}auth/corp/start?return_to=%2Fwhoami&moved=yes`,
    );
    expect(await start({ host: 'evil.example' })).toBe(`${rig.publicURL.href}auth/corp/start?moved=yes`);
  });
});

describe('routes of the login', () => {
  it('know no other provider', async () => {
    for (const path of ['/auth/other/start', '/auth/other/callback?code=x&state=y', '/auth/local/start'])
      expect((await replica.app.inject({ url: path })).statusCode).toBe(404);
  });

  it('redirect with 303, so that no browser repeats a form (RFC 9700 §4.12)', async () => {
    const answer = await replica.app.inject({ url: '/auth/corp/callback?code=x&state=y' });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  });

  it('count logins by provider and outcome', async () => {
    const text = await replica.registry.metrics();
    expect(text).toMatch(/nannyapi_logins_total\{provider="corp",outcome="Succeeded"\} \d+/);
    expect(text).toMatch(/nannyapi_logins_total\{provider="corp",outcome="Expired"\} \d+/);
  });

  it('refuse a flood of callbacks from one address before any provider is asked; nobody is locked out by it (U3)', async () => {
    const asked = provider.requests.length;
    const outcomes = new Set<string | undefined>();
    for (let round = 0; round < 70; round++) {
      const begun = await replica.app.inject({ url: '/auth/corp/start?moved=yes', remoteAddress: '192.0.2.9' });
      const { searchParams } = new URL(begun.headers.location ?? '');
      const answer = await replica.app.inject({
        url: `/auth/corp/callback?code=x&state=${searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`,
        remoteAddress: '192.0.2.9',
        headers: { cookie: String(begun.headers['set-cookie']).split(';')[0] ?? '' },
      });
      outcomes.add(answer.headers.location);
    }
    expect([...outcomes]).toEqual(['/login?problem=Refused', '/login?problem=Busy']);
    expect(provider.requests.length - asked).toBeLessThanOrEqual(65);
    expect((await loggedIn()).browser.page.status).toBe(200);
  });
});
