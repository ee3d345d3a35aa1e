import { invalidKubeconfig, type KubeconfigUser } from './kubeconfig.ts';

type AuthProvider = NonNullable<KubeconfigUser['auth-provider']>;

/**
 * Tokens of the kubeconfig's `auth-provider: oidc`, refreshed by client-node when they expire.
 *
 * The library is loaded for those kubeconfigs alone, which are rare: it costs 60 MB unbundled.
 */
export class OidcCredentials {
  #provider: { config: string; refreshed: AuthProvider; auth: Promise<Authenticator> } | undefined;

  /** @throws CodedError `InvalidKubeconfig` for another provider, or when there is no token and none can be had. */
  async token(userName: string, given: AuthProvider): Promise<string> {
    if (given.name !== 'oidc') {
      throw invalidKubeconfig(`its auth-provider ${JSON.stringify(given.name)} is none that Kubernetes still has`);
    }
    const config = JSON.stringify(given);
    // A refreshed token lives in the copy that was given to the library, until the file changes.
    if (this.#provider?.config !== config) {
      this.#provider = { config, refreshed: structuredClone(given), auth: loadAuthenticator() };
    }
    const { auth, refreshed } = this.#provider;
    const options: { headers: Record<string, string> } = { headers: {} };
    await (await auth).applyAuthentication({ name: userName, authProvider: refreshed }, options);
    const token = options.headers.Authorization?.replace(/^Bearer /, '');
    if (!token) throw invalidKubeconfig('its auth-provider has no token that is valid');
    return token;
  }
}

interface Authenticator {
  applyAuthentication(
    user: { name: string; authProvider: AuthProvider },
    options: { headers: Record<string, string> },
  ): Promise<void>;
}

async function loadAuthenticator(): Promise<Authenticator> {
  const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
  return new OpenIDConnectAuth();
}
