import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { logIn, LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';

const ACCOUNTS = {
  anna: { sub: '109876543210', email: 'anna@example.com', email_verified: true, hd: 'Example.com', name: 'Anna' },
  unverified: { sub: '2', email: 'bob@example.com', email_verified: false, hd: 'example.com' },
  worded: { sub: '3', email: 'carl@example.com', email_verified: 'true', hd: 'example.com' },
  private: { sub: '4', email: 'dora@example.com', email_verified: true },
  other: { sub: '5', email: 'eve@other.example', email_verified: true, hd: 'other.example' },
  groups: { sub: '6', email: 'fred@other.example', email_verified: true, hd: 'x.example', groups: ['example.com'] },
};

let rig: LoginRig;
let google: RunningOidcProvider;
let replica: LoginReplica;

beforeAll(async () => {
  rig = await LoginRig.start();
  google = rig.own(
    await startOidcProvider({ host: 'localhost', redirectURIs: [rig.callback('google')], accounts: ACCOUNTS }),
  );
  const config = `insecureIssuers: Loopback
providers:
  - { id: google, kind: google, issuer: '${google.issuer}', clientID: ${google.clientID},
      clientSecretFile: '${await rig.secretFile('google', google.clientSecret)}', allow: { domains: [example.com] },
      groups: [{ domain: example.com, group: staff }] }`;
  replica = await rig.replica({ config });
});

afterAll(() => rig?.close());

describe('login with Google', () => {
  it('is by subject, for accounts of the hosted domain', async () => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'google', login: 'anna' });
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'google:109876543210', groups: ['staff'] });
  });

  it('asks Google to offer accounts of that domain', async () => {
    const browser = new Browser();
    await browser.open(`${replica.url}/auth/google/start`, { maxRedirects: 0 });
    expect(new URL(browser.page.headers.location ?? '').searchParams.get('hd')).toBe('example.com');
  });

  it.each([
    ['an address that is not verified', 'unverified', 'EmailNotVerified'],
    ['a text in place of a truth value', 'worded', 'EmailNotVerified'],
    ['an address of the domain but no hosted account', 'private', 'NotAllowed'],
    ['another domain', 'other', 'NotAllowed'],
    ['a group that is called like the domain', 'groups', 'NotAllowed'],
  ])('is refused for %s', async (_what, login, problem) => {
    const browser = new Browser();
    await logIn(browser, replica, { provider: 'google', login });
    expect(browser.page.url.searchParams.get('problem')).toBe(problem);
    expect(await whoIs(browser, replica)).toBeUndefined();
  });
});
