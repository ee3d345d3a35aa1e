import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  type Configuration,
  type IDToken,
  type UserInfoResponse,
} from 'openid-client';
import { NO_FACTS, type ProvenIdentity } from './identity.ts';
import type { IdentityProvider, LoginAttempt } from './identity-provider.ts';
import type { LoginProviderConfig } from './login-config.ts';
import { LoginError } from './login-error.ts';
import { profileOf } from './profile.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { ProviderDiscovery } from './provider-discovery.ts';
import { toLoginError } from './provider-failure.ts';

/** Most values of a groups claim that are looked at. */
const MAX_CLAIMED_GROUPS = 1000;

/** Any OpenID Connect issuer, and Google with its own rules: code flow, PKCE, state, nonce, and all checks of the ID token. */
export class OidcProvider implements IdentityProvider {
  readonly config: LoginProviderConfig;
  readonly #discovery: ProviderDiscovery;

  constructor(deps: ProviderDeps) {
    this.config = deps.config;
    this.#discovery = new ProviderDiscovery(deps);
  }

  async begin({ redirectURI, state, nonce, verifier }: LoginAttempt): Promise<URL> {
    const { kind, scopes, acrValues, allow } = this.config;
    const configuration = await this.#discovery.configuration();
    if (configuration.serverMetadata().authorization_endpoint === undefined)
      throw new LoginError('ProviderFailed', 'The metadata names no authorization endpoint');
    const [domain, ...others] = allow.domains;
    return buildAuthorizationUrl(configuration, {
      response_type: 'code',
      redirect_uri: redirectURI.href,
      scope: ['openid', ...scopes].join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(acrValues.length > 0 ? { acr_values: acrValues.join(' ') } : {}),
      // A hint for Google's list of accounts; what decides is the claim.
      ...(kind === 'google' && domain ? { hd: others.length === 0 ? domain : '*' } : {}),
    });
  }

  async finish(callback: URL, { state, nonce, verifier }: LoginAttempt): Promise<ProvenIdentity> {
    try {
      const configuration = await this.#discovery.configuration();
      const tokens = await authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new LoginError('ProviderFailed', 'There is no ID token');
      this.#requireStrength(claims);
      if (this.config.kind === 'google') return googleIdentity(claims);
      return this.#identity(claims, await this.#userInfo(configuration, claims, tokens.access_token));
    } catch (error) {
      throw toLoginError(error);
    }
  }

  async endSessionURL(returnURL: URL): Promise<URL | undefined> {
    if (this.config.logout === 'Local') return undefined;
    try {
      const configuration = await this.#discovery.configuration();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
      return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnURL.href });
    } catch {
      // The login here has ended; that at a provider which is down ends when it will.
      return undefined;
    }
  }

  /** Second factors are the provider's: here it is only checked that it asked for what is wanted. */
  #requireStrength({ acr, amr }: IDToken): void {
    const { acrValues, amrValues } = this.config;
    const hasAcr = acrValues.length === 0 || (typeof acr === 'string' && acrValues.includes(acr));
    const hasAmr = amrValues.length === 0 || textsOf(amr).some((value) => amrValues.includes(value));
    if (!hasAcr || !hasAmr)
      throw new LoginError('WeakLogin', `The ID token lacks the ${hasAcr ? 'amr' : 'acr'} wanted`);
  }

  /** Many issuers tell e-mail and groups there only. The library checks that it speaks of the same subject. */
  async #userInfo(
    configuration: Configuration,
    claims: IDToken,
    accessToken: string,
  ): Promise<UserInfoResponse | undefined> {
    const isComplete = claims['email'] !== undefined && claims[this.config.groupsClaim] !== undefined;
    if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return undefined;
    return fetchUserInfo(configuration, accessToken, claims.sub);
  }

  #identity(claims: IDToken, info: UserInfoResponse | undefined): ProvenIdentity {
    // An address and whether it is verified are taken from one place.
    const told: Readonly<Record<string, unknown>> = claims['email'] === undefined ? (info ?? {}) : claims;
    const email = told['email_verified'] === true && typeof told['email'] === 'string' ? told['email'] : undefined;
    const groups = textsOf(claims[this.config.groupsClaim] ?? info?.[this.config.groupsClaim]);
    return {
      subject: claims.sub,
      facts: { ...NO_FACTS, domains: domainOf(email), groups },
      profile: profileOf({
        email,
        name: claims['name'] ?? info?.name,
        picture: claims['picture'] ?? info?.picture,
      }),
    };
  }
}

/**
 * What Google says of a person.
 *
 * The domain is the `hd` claim and never the end of the address: a private account may have any verified address
 * (developers.google.com/identity/openid-connect, "hd").
 */
function googleIdentity(claims: IDToken): ProvenIdentity {
  const { sub, hd, email, name, picture } = claims as IDToken & Record<string, unknown>;
  if (claims['email_verified'] !== true) throw new LoginError('EmailNotVerified', 'email_verified is not true');
  const domains = typeof hd === 'string' && hd !== '' ? [hd.toLowerCase()] : [];
  return { subject: sub, facts: { ...NO_FACTS, domains }, profile: profileOf({ email, name, picture }) };
}

function domainOf(email: string | undefined): string[] {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return domain === undefined || domain === '' ? [] : [domain];
}

/** A claim of many values; some issuers write a single one as text. */
function textsOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value.slice(0, MAX_CLAIMED_GROUPS) : [value];
  return values.filter((item): item is string => typeof item === 'string' && item !== '');
}
