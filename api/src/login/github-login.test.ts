import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startGithubStandIn, type GithubAccount, type RunningGithub } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';

const ACME = { id: 5, login: 'Acme' };
const OTHERS = Array.from({ length: 130 }, (_, index) => ({ id: 1000 + index, login: `club-${index}` }));

const accountsOf = (): Record<string, GithubAccount> => ({
  octocat: {
    id: 583231,
    name: 'The Octocat',
    // The organisation that counts is on the second page.
    orgs: [...OTHERS, ACME],
    teams: [
      { id: 77, slug: 'sre', organization: { login: 'Acme' } },
      { id: 78, slug: 'sre', organization: { login: 'elsewhere' } },
    ],
    emails: [
      { email: 'first@example.com', primary: false, verified: true },
      { email: 'octo@example.com', primary: true, verified: true },
    ],
  },
  mona: { id: 2, orgs: [ACME], emails: [{ email: 'mona@example.com', primary: true, verified: false }] },
  stranger: { id: 3, name: 'Stranger', orgs: [{ id: 6, login: 'acme-inc' }] },
});

let rig: LoginRig;
let github: RunningGithub;
let replica: LoginReplica;

beforeAll(async () => {
  rig = await LoginRig.start();
  github = rig.own(
    await startGithubStandIn({ host: 'localhost', redirectURI: rig.callback('github'), accounts: accountsOf() }),
  );
  const credentials = `clientID: ${github.clientID}, clientSecretFile: '${await rig.secretFile('github', github.clientSecret)}'`;
  const config = `insecureIssuers: Loopback
providers:
  - { id: github, kind: github, issuer: '${github.url}', ${credentials}, allow: { orgs: ['id:5'] },
      groups: [{ team: acme/sre, group: nannyapi:admins }, { org: ACME, group: staff }] }
  - { id: listed, kind: github, issuer: '${github.url}', ${credentials}, allow: { subjects: [583231] } }`;
  replica = await rig.replica({ config });
});

afterEach(() => {
  for (const key of Object.keys(github.faults)) Reflect.deleteProperty(github.faults, key);
  for (const key of Object.keys(github.accounts)) Reflect.deleteProperty(github.accounts, key);
  Object.assign(github.accounts, accountsOf());
});

afterAll(() => rig?.close());

async function loginOf(login: string): Promise<Browser> {
  const browser = new Browser();
  await logIn(browser, replica, { provider: 'github', login });
  return browser;
}

const problemOf = (browser: Browser): string | null => browser.page.url.searchParams.get('problem');

describe('login with GitHub', () => {
  it('is as github:<numeric id>, with groups of orgs and teams as mapped, whatever page they are on', async () => {
    const browser = await loginOf('octocat');
    expect(await whoIs(browser, replica)).toMatchObject({
      name: 'github:583231',
      groups: ['nannyapi:admins', 'staff'],
    });
    const { spec } = await rig.user('github', '583231');
    expect(spec).toMatchObject({ name: 'The Octocat', email: 'octo@example.com' });
  });

  it('asks with PKCE and state, for its own callback and for no more scopes than needed', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/github/start`, { maxRedirects: 0 });
    const { searchParams } = new URL(browser.page.headers.location ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      redirect_uri: rig.callback('github'),
      code_challenge_method: 'S256',
      scope: 'read:user user:email read:org',
    });
    expect(searchParams.has('nonce')).toBe(false);
    await browser.open(`${replica.url}/auth/listed/start`, { maxRedirects: 0 });
    expect(new URL(browser.page.headers.location ?? '').searchParams.get('scope')).toBe('read:user user:email');
  });

  it('keeps the account of a person who renames it', async () => {
    await loginOf('octocat');
    const { uid } = (await rig.user('github', '583231')).metadata;
    github.accounts['hexacat'] = github.accounts['octocat']!;
    Reflect.deleteProperty(github.accounts, 'octocat');
    const browser = await loginOf('hexacat');
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'github:583231' });
    expect((await rig.user('github', '583231')).metadata.uid).toBe(uid);
  });

  it('gives the account to nobody who takes the name that was given up, nor to one with the same address', async () => {
    await loginOf('octocat');
    const { emails = [] } = accountsOf()['octocat']!;
    github.accounts['octocat'] = { id: 666, name: 'The Octocat', orgs: [ACME], emails };
    const browser = await loginOf('octocat');
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'github:666', groups: ['staff'] });
    expect((await rig.user('github', '666')).metadata.uid).not.toBe((await rig.user('github', '583231')).metadata.uid);
  });

  it('lets nobody in because of a name that resembles the org, and counts a renamed org by its number', async () => {
    expect(problemOf(await loginOf('stranger'))).toBe('NotAllowed');
    github.accounts['mona'] = { id: 2, orgs: [{ id: 5, login: 'Acme-renamed' }] };
    const browser = await loginOf('mona');
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'github:2', groups: [] });
    // Another org under the old name.
    github.accounts['mona'] = { id: 2, orgs: [{ id: 9, login: 'Acme' }] };
    expect(problemOf(await loginOf('mona'))).toBe('NotAllowed');
  });

  it('tells no address that is not both primary and verified', async () => {
    await loginOf('mona');
    const { spec } = await rig.user('github', '2');
    expect(spec.email).toBeUndefined();
    expect(spec.name).toBe('mona');
  });

  it('says so when the person did not let us see the orgs', async () => {
    github.faults.withheldScopes = ['read:org'];
    expect(problemOf(await loginOf('octocat'))).toBe('MissingScope');
  });

  it('is refused when the person cancels', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/github/start`);
    await browser.submit({ cancel: 'yes' });
    expect(problemOf(browser)).toBe('Cancelled');
  });

  it('is refused for an answer of another issuer', async () => {
    github.faults.callbackIssuer = 'https://evil.example/login/oauth';
    expect(problemOf(await loginOf('octocat'))).toBe('ProviderFailed');
  });

  it('is refused for a code that is none or was used: GitHub says so with status 200', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/github/start`);
    await browser.send(
      { ...browser.forms[0]!, fields: { ...browser.forms[0]!.fields, login: 'octocat' } },
      { maxRedirects: 0 },
    );
    const url = new URL(browser.page.headers.location ?? '');
    url.searchParams.set('code', 'wrong');
    await browser.open(url);
    expect(problemOf(browser)).toBe('Refused');
    expect(rig.audited.at(-1)?.detail).toBe('Refused: The token endpoint says bad_verification_code');
  });

  it('is refused with a code of somebody else’s login: PKCE binds it', async () => {
    const codeOf = async (browser: Browser, login: string): Promise<URL> => {
      await browser.open(`${replica.url}/auth/github/start`);
      await browser.send({ ...browser.forms[0]!, fields: { ...browser.forms[0]!.fields, login } }, { maxRedirects: 0 });
      return new URL(browser.page.headers.location ?? '');
    };
    const stolen = await codeOf(new Browser(), 'octocat');
    const browser = new Browser();
    const own = await codeOf(browser, 'mona');
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    await browser.open(own);
    expect(problemOf(browser)).toBe('Refused');
  });

  it.each([
    [500, 'Unavailable'],
    [429, 'Unavailable'],
    [403, 'ProviderFailed'],
  ])('says what is the matter when the API answers %i', async (status, problem) => {
    github.faults.apiStatus = status;
    expect(problemOf(await loginOf('octocat'))).toBe(problem);
  });

  it('says so when the secret is wrong, which GitHub tells with status 200', async () => {
    await rig.secretFile('github', 'wrong');
    expect(problemOf(await loginOf('octocat'))).toBe('ProviderFailed');
    expect(rig.audited.at(-1)?.detail).toContain('incorrect_client_credentials');
    await rig.secretFile('github', github.clientSecret);
  });

  it('goes nowhere with a callback that is not registered', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/listed/start`);
    expect(browser.page.status).toBe(400);
    expect(browser.page.url.origin).toBe(github.url);
  });

  it('logs neither codes nor tokens', () => {
    const written = `${rig.log.join('')}${JSON.stringify(rig.audited)}`;
    for (const secret of ['gho_', github.clientSecret, 'code=', 'octo@example.com', 'eyJ'])
      expect([secret, written.includes(secret)]).toEqual([secret, false]);
  });
});
