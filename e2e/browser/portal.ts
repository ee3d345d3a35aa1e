import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '@nannyapi/standalone/testing';
import { startOidcProvider, type RunningOidcProvider } from '../../api/testing/index.ts';
import { startControlPlane, type ControlPlane } from '../system/control-plane.ts';
import { nanny } from '../system/nanny.ts';

/** A one-machine install with its agent, and a real OpenID Connect provider that knows Vera, who is to look only. */
export interface Portal {
  plane: ControlPlane;
  provider: RunningOidcProvider;
  /** A one-time link for the admin of the machine. */
  adminLink(): Promise<string>;
  close(): Promise<void>;
}

/** Group of those who may look only. */
export const VIEWERS = 'shop:viewers';

/** Starts both; the provider is known to the control plane as `acme`. */
export async function startPortal(): Promise<Portal> {
  const [port = 0] = await findFreePorts(1);
  const provider = await startOidcProvider({
    redirectURIs: [`https://127.0.0.1:${port}/auth/acme/callback`],
    accounts: {
      vera: { sub: 'v-1', name: 'Vera Viewer', email: 'vera@example.com', email_verified: true, groups: ['viewers'] },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-browser-'));
  await writeFile(join(folder, 'secret'), provider.clientSecret, { mode: 0o600 });
  const config = {
    insecureIssuers: 'Loopback',
    providers: [
      {
        id: 'acme',
        kind: 'oidc',
        title: 'Acme',
        issuer: provider.issuer,
        clientID: provider.clientID,
        clientSecretFile: join(folder, 'secret'),
        scopes: ['profile', 'email', 'groups'],
        groupsClaim: 'groups',
        allow: { groups: ['viewers'] },
        groups: [{ claim: 'viewers', group: VIEWERS }],
      },
    ],
  };
  await writeFile(join(folder, 'login.yaml'), JSON.stringify(config));
  const args = ['--facade-port', String(port), '--login-config', join(folder, 'login.yaml')];
  const plane = await startControlPlane({}, args);
  return {
    plane,
    provider,
    adminLink: async () => (await nanny(['standalone', 'login-link', '--data', plane.dataDir])).stdout.trim(),
    close: async () => {
      await plane.close();
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
