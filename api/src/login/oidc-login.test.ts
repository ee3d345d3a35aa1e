import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';

const ACCOUNTS = {
  anna: {
    sub: 'sub-anna',
    email: 'anna@example.com',
    email_verified: true,
    name: 'Anna',
    picture: 'https://pictures.example/anna',
    groups: ['sre', 'system:masters', 'all'],
  },
  ben: { sub: 'sub-ben', email: 'ben@corp.example', email_verified: true, groups: [] },
  mallory: { sub: 'sub-mallory', email: 'mallory@corp.example', email_verified: false, name: 'Anna', groups: ['all'] },
  odd: { sub: 'a "b"', groups: ['sre'] },
};

let rig: LoginRig;
let provider: RunningOidcProvider;
let quiet: RunningOidcProvider;
let replica: LoginReplica;

const RULES = `allow: { groups: [sre], domains: [corp.example] }
    groups: [{ claim: sre, group: nannyapi:admins }, { domain: corp.example, group: staff }]`;

async function entry(id: string, { issuer, clientID, clientSecret }: RunningOidcProvider, more = ''): Promise<string> {
  return `
  - id: ${id}
    kind: oidc
    issuer: ${issuer}
    clientID: ${clientID}
    clientSecretFile: ${await rig.secretFile(id, clientSecret)}
    scopes: [profile, email, groups]
    ${RULES}
    ${more}
`;
}

beforeAll(async () => {
  rig = await LoginRig.start();
  // Another site than the facade, as in life.
  const shared = { host: 'localhost', accounts: ACCOUNTS } as const;
  const redirectURIs = ['corp', 'strict'].map((id) => rig.callback(id));
  provider = rig.own(await startOidcProvider({ ...shared, redirectURIs }));
  quiet = rig.own(
    await startOidcProvider({ ...shared, redirectURIs: [rig.callback('quiet')], areClaimsInIdToken: false }),
  );
  const entries = [
    await entry('corp', provider),
    await entry('strict', provider, 'amrValues: [mfa]'),
    await entry('quiet', quiet),
  ];
  replica = await rig.replica({ config: `insecureIssuers: Loopback\nproviders:${entries.join('')}` });
});

afterAll(() => rig?.close());

/** Where a login that came to nothing leaves the browser. */
function problemOf(browser: Browser): string | null {
  expect(browser.page.url.pathname).toBe('/login');
  return browser.page.url.searchParams.get('problem');
}

describe('login with an OIDC issuer', () => {
  it('ends where the person was going, as user <provider>:<subject> with the mapped groups alone', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'corp', login: 'anna', returnTo: '/whoami?x=1' });
    expect(browser.page.url.href).toBe(`${replica.url}/whoami?x=1`);
    expect(JSON.parse(browser.page.text)).toMatchObject({
      principal: { kind: 'user', name: 'corp:sub-anna', groups: ['nannyapi:admins'], provider: 'corp' },
      scheme: 'Session',
      session: { displayName: 'Anna', provider: 'corp', csrfToken: expect.stringMatching(/^[\w-]{43}$/) },
    });
  });

  it('asks with PKCE S256, state and nonce, and for exactly the callback of this provider', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/corp/start`, { maxRedirects: 0 });
    expect(browser.page.status).toBe(303);
    const asked = new URL(browser.page.headers.location ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: rig.callback('corp'),
      scope: 'openid profile email groups',
    });
    await browser.open(`${replica.url}/auth/corp/start`, { maxRedirects: 0 });
    const again = new URL(browser.page.headers.location ?? '').searchParams;
    for (const name of ['state', 'nonce', 'code_challenge']) expect(again.get(name)).not.toBe(asked.get(name));
  });

  it('keeps a User that shows who the person is and where they are logged in, and opens nothing', async () => {
    await logIn(new Browser({ userAgent: 'Firefox/150 (X11)' }), replica, { provider: 'corp', login: 'ben' });
    const user = await rig.user('corp', 'sub-ben');
    expect(user.metadata.name).toMatch(/^corp-[0-9a-f]{16}$/);
    expect(user.spec).toMatchObject({ email: 'ben@corp.example', access: 'Enabled' });
    expect(user.status).toMatchObject({
      groups: ['staff'],
      sessions: [{ client: 'Browser', address: '127.0.0.1', userAgent: 'Firefox/150 (X11)', groups: ['staff'] }],
    });
    const session = user.status?.sessions?.at(-1);
    expect(Date.parse(session?.expirationTime ?? '') - Date.parse(session?.startTime ?? '')).toBe(12 * 3_600_000);
    expect(rig.audited).toContainEqual(
      expect.objectContaining({
        action: 'LogIn',
        outcome: 'Done',
        address: '127.0.0.1',
        provider: 'corp',
        principal: expect.objectContaining({ name: 'corp:sub-ben' }),
        target: { kind: 'User', name: user.metadata.name, uid: user.metadata.uid },
      }),
    );
  });

  it('tells e-mail, name and picture anew at each login, and never an address that is not verified', async () => {
    await logIn(new Browser(), replica, { provider: 'corp', login: 'anna' });
    expect((await rig.user('corp', 'sub-anna')).spec.email).toBe('anna@example.com');
    const { anna } = ACCOUNTS;
    Object.assign(anna, { email_verified: false, name: 'Anna\u202e Maria' });
    try {
      await logIn(new Browser(), replica, { provider: 'corp', login: 'anna' });
      const { spec } = await rig.user('corp', 'sub-anna');
      expect(spec).toMatchObject({ name: 'Anna Maria', avatarURL: 'https://pictures.example/anna' });
      expect(spec.email).toBeUndefined();
    } finally {
      Object.assign(anna, { email_verified: true, name: 'Anna' });
    }
  });

  it('lets nobody in who fits no rule, and keeps nothing of them', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'corp', login: 'mallory' });
    expect(problemOf(browser)).toBe('NotAllowed');
    expect(await whoIs(browser, replica)).toBeUndefined();
    expect((await rig.users()).map(({ spec }) => spec.subject)).not.toContain('sub-mallory');
    expect(rig.audited).toContainEqual(
      expect.objectContaining({ action: 'LogIn', principal: 'corp:sub-mallory', provider: 'corp', outcome: 'Refused' }),
    );
  });

  it('refuses a subject that could be taken for something else', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'corp', login: 'odd' });
    expect(problemOf(browser)).toBe('SubjectRefused');
  });

  it('asks for a second factor at the provider where the configuration wants one (U5)', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'strict', login: 'anna' });
    expect(problemOf(browser)).toBe('WeakLogin');
    Object.assign(ACCOUNTS.anna, { amr: ['pwd', 'mfa'] });
    try {
      await logIn(new Browser(), replica, { provider: 'strict', login: 'anna' });
      expect((await rig.user('strict', 'sub-anna')).spec.subject).toBe('sub-anna');
    } finally {
      Reflect.deleteProperty(ACCOUNTS.anna, 'amr');
    }
  });

  it('takes what stands in the userinfo alone', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'quiet', login: 'ben' });
    expect(browser.page.url.pathname).toBe('/whoami');
    expect(quiet.requests).toContain('GET /me');
  });
});
