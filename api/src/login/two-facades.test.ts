import { request, type IncomingMessage } from 'node:http';
import { createLogger, systemClock } from '@nannyapi/process';
import { findFreePorts } from '@nannyapi/standalone/testing';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { Browser, startOidcProvider } from '../../testing/index.ts';
import { LoginRig } from '../../testing/login-rig.ts';
import { createAgent, createInvestigation } from '../../testing/test-objects.ts';
import { createFacade, type Facade } from '../facade.ts';
import { createTokenAuthenticator } from '../identity/token-authenticator.ts';
import { parseLoginConfig } from './parse-login-config.ts';

let rig: LoginRig;
let facade: Facade;
/** Another replica of the same release. */
let other: Facade;

beforeAll(async () => {
  rig = await LoginRig.start();
  const accounts = { anna: { sub: 'sub-anna', name: 'Anna' } };
  const provider = rig.own(
    await startOidcProvider({ host: 'localhost', redirectURIs: [rig.callback('corp')], accounts }),
  );
  const loginConfig = parseLoginConfig(`insecureIssuers: Loopback
providers:
  - { id: corp, kind: oidc, title: Example login, issuer: '${provider.issuer}', clientID: ${provider.clientID},
      clientSecretFile: '${await rig.secretFile('corp', provider.clientSecret)}', allow: { subjects: [sub-anna] } }`);
  const start = async (port: number): Promise<Facade> => {
    const started = createFacade({
      client: rig.server.client,
      clock: systemClock,
      log: createLogger({ name: 'facade', level: 'silent' }),
      registry: new Registry(),
      authenticator: createTokenAuthenticator([]),
      identity: {
        namespace: 'default',
        agentNamespace: 'default',
        publicURL: rig.publicURL,
        origins: [rig.publicURL.origin],
        secretKeys: rig.secretKeys,
        loginConfig,
      },
      config: { host: '127.0.0.1', port },
    });
    await started.start(new AbortController().signal);
    return rig.own(started);
  };
  const [port = 0] = await findFreePorts(1);
  facade = await start(Number(rig.publicURL.port));
  other = await start(port);
  await createAgent(rig.server.client, 'host-a');
  await createInvestigation(rig.server.client, 'slow');
});

afterAll(() => rig?.close());

async function loggedIn(): Promise<Browser> {
  const browser = new Browser();
  await browser.open(`${facade.address()}/sessions`);
  expect(browser.page.url.pathname).toBe('/login');
  const [, href = ''] = /href="(\/auth\/corp\/start[^"]*)"/.exec(browser.page.text) ?? [];
  await browser.open(new URL(href.replaceAll('&amp;', '&'), facade.address()), { from: browser.page.url });
  await browser.submit({ login: 'anna' });
  expect(browser.page.url.pathname).toBe('/sessions');
  return browser;
}

/** The stream of a run that nobody works on: it ends when the login does, or never. */
async function follow(at: Facade, headers: Record<string, string>): Promise<{ isOpen: () => boolean }> {
  const url = `${at.address()}/api/v1/namespaces/default/investigations/slow/events`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers, agent: false }, resolve).on('error', reject).end();
  });
  expect(response.statusCode).toBe(200);
  let isOpen = true;
  response.on('close', () => (isOpen = false)).resume();
  return { isOpen: () => isOpen };
}

const cookieOf = (browser: Browser): string => `nannyapi=${browser.cookies.get('nannyapi')?.value}`;

/** Who somebody is at a replica, by its status. */
async function meAt(at: Facade, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${at.address()}/api/v1/me`, { headers })).status;
}

describe('a login on two facades', () => {
  it('begins at the page of one, counts at the other, and ends there with its streams when it ends here (U6)', async () => {
    const browser = await loggedIn();
    const headers = { cookie: cookieOf(browser) };
    expect(await meAt(other, headers)).toBe(200);
    const streams = [await follow(facade, headers), await follow(other, headers)];
    await browser.open(`${facade.address()}/sessions`);
    const end = browser.forms.find(({ action }) => /^\/sessions\/[0-9a-f]{32}\/end$/.test(action.pathname));
    await browser.send(end!);
    await eventually(() => expect(streams.map(({ isOpen }) => isOpen())).toEqual([false, false]), 5000);
    expect(await meAt(facade, headers)).toBe(401);
    await eventually(async () => expect(await meAt(other, headers)).toBe(401));
  });

  it('of a command line ends with its streams when the person ends the others', async () => {
    const browser = await loggedIn();
    const me = (await (
      await fetch(`${facade.address()}/api/v1/me`, { headers: { cookie: cookieOf(browser) } })
    ).json()) as { user: string };
    const issued = await rig.replica({ config: '', port: 0 });
    const origin = { address: '127.0.0.1' };
    const { token } = await issued.login.sessions.issueCommandLineToken({ user: me.user, origin });
    const headers = { authorization: `Bearer ${token}` };
    const stream = await follow(other, headers);
    const kept = await follow(other, { cookie: cookieOf(browser) });
    await browser.open(`${facade.address()}/sessions`);
    await browser.send(browser.forms.find(({ action }) => action.pathname === '/sessions/end-others')!);
    expect(browser.page.status).toBe(200);
    await eventually(() => expect(stream.isOpen()).toBe(false), 5000);
    await eventually(async () => expect(await meAt(other, headers)).toBe(401));
    expect(kept.isOpen()).toBe(true);
    expect(await meAt(other, { cookie: cookieOf(browser) })).toBe(200);
  });
});
