import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts, issueServerCertificate, makeAuthority } from '@nannyapi/standalone/testing';
import { Browser } from '../../testing/index.ts';
import { LoginRig, whoIs, type LoginReplica } from '../../testing/login-rig.ts';

let rig: LoginRig;
let replica: LoginReplica;
let caPem: string;

beforeAll(async () => {
  rig = await LoginRig.start();
  const [port = 0] = await findFreePorts(1);
  const authority = await makeAuthority(new Date());
  const { certPem, keyPem } = await issueServerCertificate(authority, ['127.0.0.1'], new Date());
  caPem = authority.certPem;
  replica = await rig.replica({
    config: '',
    port,
    publicURL: new URL(`https://127.0.0.1:${port}`),
    tls: { certPem, keyPem },
  });
});

afterAll(() => rig?.close());

/** Uses a link as the page with the button does. */
async function use(url: URL): Promise<Browser> {
  const browser = new Browser({ caPem });
  await browser.open(`${replica.url}/login`);
  const token = url.searchParams.get('token') ?? '';
  await browser.send({ action: new URL(`${replica.url}/login/link`), method: 'POST', fields: { token } });
  return browser;
}

describe('one-time link of the admin of the machine', () => {
  it('logs in as local:admin with the group of admins, once', async () => {
    const url = replica.links.issue();
    const browser = await use(url);
    expect(browser.page.url.pathname).toBe('/');
    expect(await whoIs(browser, replica)).toMatchObject({ name: 'local:admin', groups: ['nannyapi:admins'] });
    const second = await use(url);
    expect(second.page.url.href).toBe(`${replica.url}/login?problem=LinkNotGood`);
    expect(await whoIs(second, replica)).toBeUndefined();
  });

  it('expires after ten minutes', async () => {
    const url = replica.links.issue();
    rig.clock.shift(600);
    expect((await use(url)).page.url.searchParams.get('problem')).toBe('LinkNotGood');
  });

  it('is not used up by whoever only looks at it, such as the preview of a chat', async () => {
    const url = replica.links.issue();
    await new Browser({ caPem }).open(url);
    expect(await whoIs(await use(url), replica)).toMatchObject({ name: 'local:admin' });
  });

  it('is used by no other site (login CSRF)', async () => {
    const token = replica.links.issue().searchParams.get('token') ?? '';
    const browser = new Browser({ caPem });
    const form = { action: new URL(`${replica.url}/login/link`), method: 'POST', fields: { token } } as const;
    expect((await browser.send(form, { from: new URL('https://evil.example/') })).status).toBe(403);
    expect(browser.cookies.all).toEqual([]);
  });

  it('is the only way in: there is no password anywhere (U2, U4)', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    for (const payload of ['', 'token=', 'token=admin', 'password=admin', 'token=a&token=b']) {
      const answer = await replica.app.inject({ method: 'POST', url: '/login/link', headers: form, payload });
      expect([payload, answer.headers['set-cookie']]).toEqual([payload, undefined]);
    }
    const paths = replica.app.printRoutes({ commonPrefix: false });
    expect(paths).not.toMatch(/password|sign-?up|register/i);
  });
});

describe('cookie of a session over TLS', () => {
  it('is __Host-nannyapi: Secure, HttpOnly, for this host and all of its paths', async () => {
    const browser = await use(replica.links.issue());
    expect(browser.cookies.all).toEqual([
      expect.objectContaining({
        name: '__Host-nannyapi',
        isSecure: true,
        isHttpOnly: true,
        sameSite: 'Lax',
        path: '/',
        host: '127.0.0.1',
      }),
    ]);
  });

  it('is not taken under a weaker name', async () => {
    const browser = await use(replica.links.issue());
    const value = browser.cookies.get('__Host-nannyapi')?.value;
    const answer = await replica.app.inject({ url: '/whoami', headers: { cookie: `nannyapi=${value}` } });
    expect(answer.statusCode).toBe(303);
  });
});

describe('public URL', () => {
  it.each(['http://nanny.example', 'http://10.0.0.1:8080'])(
    'is refused where cookies would go in clear: %s',
    async (url) => {
      await expect(rig.replica({ config: '', port: 0, publicURL: new URL(url) })).rejects.toMatchObject({
        code: 'InvalidConfig',
      });
    },
  );
});
