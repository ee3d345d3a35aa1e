import type { User } from '@nannyapi/crds';
import { UserResource } from '@nannyapi/crds';
import { findFreePorts, startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Browser, startOidcProvider, type RunningOidcProvider } from '../../testing/index.ts';
import { SecretFolder, startLoginReplica, type LoginReplica } from '../../testing/login-rig.ts';

let server: TestApiServer;
let secrets: SecretFolder;
let provider: RunningOidcProvider;
let replica: LoginReplica;

const ACCOUNTS = {
  anna: {
    sub: 'sub-anna',
    email: 'anna@example.com',
    email_verified: true,
    name: 'Anna',
    picture: 'https://pictures.example/anna',
    groups: ['sre', 'all'],
  },
  mallory: { sub: 'sub-mallory', email: 'anna@example.com', email_verified: false, name: 'Anna', groups: [] },
};

beforeAll(async () => {
  server = await startTestApiServer();
  secrets = await SecretFolder.make();
  const [port = 0] = await findFreePorts(1);
  const publicURL = new URL(`http://127.0.0.1:${port}`);
  provider = await startOidcProvider({
    host: 'localhost',
    redirectURIs: [new URL('/auth/corp/callback', publicURL).href],
    accounts: ACCOUNTS,
  });
  const config = `
insecureIssuers: Loopback
providers:
  - id: corp
    kind: oidc
    title: Corporate login
    issuer: ${provider.issuer}
    clientID: ${provider.clientID}
    clientSecretFile: ${await secrets.put('corp', provider.clientSecret)}
    scopes: [profile, email, groups]
    allow: { groups: [sre] }
    groups:
      - { claim: sre, group: nannyapi:admins }
`;
  replica = await startLoginReplica({ client: server.client, config, port, publicURL });
});

afterEach(() => {
  for (const key of Object.keys(provider.faults)) delete (provider.faults as Record<string, unknown>)[key];
});

afterAll(async () => {
  await replica?.close();
  await provider?.close();
  await server?.close();
  await secrets?.remove();
});

async function logIn(browser: Browser, login: string, path = '/auth/corp/start?return_to=/whoami'): Promise<void> {
  await browser.open(`${replica.url}${path}`);
  await browser.submit({ login });
}

const users = (): Promise<User[]> => server.client.resource<User>(UserResource).listAll();

describe('login with an OIDC issuer', () => {
  it('ends where the person was going, as the Kubernetes user <provider>:<subject> with the mapped groups alone', async () => {
    const browser = new Browser();
    await logIn(browser, 'anna');
    expect(browser.page.status).toBe(200);
    expect(JSON.parse(browser.page.text)).toMatchObject({
      principal: { name: 'corp:sub-anna', groups: ['nannyapi:admins'], provider: 'corp' },
      scheme: 'Session',
      session: { displayName: 'Anna', provider: 'corp' },
    });
  });
});
