import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
} from 'openid-client';
import { openClientSecret } from './client-secret.ts';
import { GithubApi, githubApiURL, type GithubGroup } from './github-api.ts';
import { NO_FACTS, type IdentityFacts, type ProvenIdentity } from './identity.ts';
import type { IdentityProvider, LoginAttempt } from './identity-provider.ts';
import type { LoginProviderConfig } from './login-config.ts';
import { LoginError } from './login-error.ts';
import { profileOf } from './profile.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { toLoginError } from './provider-failure.ts';

/**
 * GitHub, which speaks OAuth 2 and not OpenID Connect: there is no ID token, so its API is asked who the person is.
 *
 * Its callbacks bear `iss=<server>/login/oauth` (RFC 9207), and that is what the issuer has to be.
 */
export class GithubProvider implements IdentityProvider {
  readonly config: LoginProviderConfig;
  readonly #deps: ProviderDeps;
  readonly #needsOrgs: boolean;
  readonly #needsTeams: boolean;

  constructor(deps: ProviderDeps) {
    const { allow, groups } = deps.config;
    this.config = deps.config;
    this.#deps = deps;
    this.#needsOrgs = allow.orgs.length > 0 || groups.some(({ from }) => from === 'org');
    this.#needsTeams = allow.teams.length > 0 || groups.some(({ from }) => from === 'team');
  }

  async begin({ redirectURI, state, verifier }: LoginAttempt): Promise<URL> {
    return buildAuthorizationUrl(await this.#configuration(), {
      response_type: 'code',
      redirect_uri: redirectURI.href,
      scope: this.#scopes().join(' '),
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
  }

  async finish(callback: URL, { state, verifier }: LoginAttempt): Promise<ProvenIdentity> {
    try {
      const configuration = await this.#configuration();
      const tokens = await authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      });
      this.#requireScopes(tokens.scope);
      const api = new GithubApi(configuration, tokens.access_token, githubApiURL(this.config));
      const user = await api.user();
      return {
        subject: String(user.id),
        facts: await this.#facts(api),
        profile: profileOf({ email: await api.email(), name: user.name ?? user.login, picture: user.avatar_url }),
      };
    } catch (error) {
      throw toLoginError(error);
    }
  }

  /** GitHub offers none. */
  async endSessionURL(): Promise<undefined> {
    return undefined;
  }

  async #configuration(): Promise<Configuration> {
    const { clientID, clientSecretFile, issuer } = this.config;
    const secret = await openClientSecret(clientSecretFile, this.#deps.log);
    const base = `${issuer.origin}/login/oauth`;
    const metadata = {
      issuer: base,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
    const configuration = new Configuration(metadata, clientID, undefined, secret.auth);
    configuration.timeout = this.#deps.timeoutSeconds;
    // Reading the configuration has refused plain HTTP but on loopback, and there but for tests.
    if (issuer.protocol === 'http:') allowInsecureRequests(configuration);
    return configuration;
  }

  #scopes(): string[] {
    return ['read:user', 'user:email', ...(this.#needsOrgs || this.#needsTeams ? ['read:org'] : [])];
  }

  /** A person may leave scopes out, and GitHub then answers lists that look empty. It separates them by commas. */
  #requireScopes(scope: string | undefined): void {
    const granted = (scope ?? '').split(/[, ]+/);
    const hasOrg = ['read:org', 'write:org', 'admin:org'].some((name) => granted.includes(name));
    if (this.#scopes().includes('read:org') && !hasOrg)
      throw new LoginError('MissingScope', 'read:org was not granted');
  }

  async #facts(api: GithubApi): Promise<IdentityFacts> {
    const orgs = this.#needsOrgs ? await api.orgs() : [];
    const teams = this.#needsTeams ? await api.teams() : [];
    return { ...NO_FACTS, orgs: namesOf(orgs), teams: namesOf(teams) };
  }
}

function namesOf(groups: readonly GithubGroup[]): string[] {
  return groups.flatMap(({ id, name }) => [name, `id:${id}`]);
}
