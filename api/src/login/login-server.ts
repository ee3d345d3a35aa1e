import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import type { Informer, KubeClient, KubeObject } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Audit } from '../audit/audit.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import { guardAgainstOtherSites } from './cross-site-guard.ts';
import { createCsrfTokens, type CsrfTokens } from './csrf-token.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { LoginConfig } from './login-config.ts';
import { createProvider } from './lazy-provider.ts';
import { LOCAL_GROUPS, LOCAL_PROVIDER, LoginFlow } from './login-flow.ts';
import type { LoginLinks } from './login-links.ts';
import { createLoginMetrics } from './login-metrics.ts';
import { registerLoginRoutes } from './login-routes.ts';
import type { Login, LoginProviderInfo } from './login.ts';
import { isLoopback } from './loopback.ts';
import { createPersonTokenAuthenticator } from './person-token-authenticator.ts';
import { SessionBook } from './session-book.ts';
import { BrowserSessions } from './session-scheme.ts';
import { UserDirectory } from './user-directory.ts';

/** What {@link LoginServer} needs. */
export interface LoginServerDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  audit: Audit;
  /** Where browsers reach the facade; all redirects are built from it. */
  publicURL: URL;
  /** Every origin under which the facade is reached. */
  origins: readonly string[];
  secretKeys: Pick<SecretKeys, 'derive'>;
  /** Absent: nobody logs in through a provider. */
  config?: LoginConfig | undefined;
  /** Absent: there is no admin of the machine, as in a cluster. */
  links?: LoginLinks | undefined;
  /** How long one request to a provider may take, in seconds. Default: 10. */
  providerTimeoutSeconds?: number | undefined;
}

const NO_PROVIDERS: LoginConfig = {
  providers: [],
  sessionIdleMinutes: 60,
  sessionHours: 12,
  insecureIssuers: 'Refused',
};

/** The logins of people on one replica: what proves them, where they are stored, and their routes. */
export class LoginServer implements Login {
  readonly sessions: SessionBook;
  readonly links: LoginLinks | undefined;
  readonly #deps: LoginServerDeps;
  readonly #directory: UserDirectory;
  readonly #providers: ReadonlyMap<string, IdentityProvider>;
  readonly #csrf: CsrfTokens;
  readonly #browsers: BrowserSessions;
  readonly #flow: LoginFlow;

  /** @throws CodedError `InvalidConfig` for a public URL over which a cookie would be sent in clear. */
  constructor(deps: LoginServerDeps) {
    requireConfidential(deps.publicURL);
    const { audit, clock, config = NO_PROVIDERS, links, log, registry } = deps;
    this.#deps = deps;
    this.links = links;
    this.#providers = providersOf(config, deps);
    this.#directory = new UserDirectory(deps);
    const limits = { idleMs: config.sessionIdleMinutes * 60_000, lifetimeMs: config.sessionHours * 3_600_000 };
    this.sessions = new SessionBook({ audit, clock, directory: this.#directory, limits, log });
    this.#csrf = createCsrfTokens(deps.secretKeys);
    this.#browsers = new BrowserSessions({
      ...deps,
      book: this.sessions,
      csrf: this.#csrf,
      mappedGroups: (id) => this.#mappedGroups(id),
    });
    this.#flow = new LoginFlow({
      ...deps,
      book: this.sessions,
      browsers: this.#browsers,
      metrics: createLoginMetrics(registry),
      providers: this.#providers,
    });
  }

  providers(): LoginProviderInfo[] {
    return [...this.#providers.values()].map(({ config: { id, title, kind } }) => ({ id, title, kind }));
  }

  caches(): Pick<Informer<KubeObject>, 'name' | 'start' | 'hasSynced' | 'health' | 'waitForSync'>[] {
    return [this.#directory.informer];
  }

  /** How a browser proves who is logged in there. */
  scheme(): CredentialScheme {
    return this.#browsers;
  }

  /** Knows the tokens of people's command lines; all others are for the next one. */
  authenticator(next: Authenticator): Authenticator {
    const { clock } = this.#deps;
    return createPersonTokenAuthenticator({
      book: this.sessions,
      clock,
      mappedGroups: (id) => this.#mappedGroups(id),
      next,
    });
  }

  /** Registers the routes of login and logout, and the guard of all routes against other sites. */
  register(app: FastifyInstance): void {
    guardAgainstOtherSites(app, { csrf: this.#csrf, origins: this.#deps.origins });
    registerLoginRoutes(app, { flow: this.#flow, origins: this.#deps.origins });
  }

  #mappedGroups(id: string): readonly string[] | undefined {
    if (id === LOCAL_PROVIDER) return this.links && LOCAL_GROUPS;
    return this.#providers.get(id)?.config.groups.map(({ group }) => group);
  }
}

function providersOf(
  { providers }: LoginConfig,
  { clock, log, providerTimeoutSeconds: timeoutSeconds = 10 }: LoginServerDeps,
): Map<string, IdentityProvider> {
  return new Map(providers.map((config) => [config.id, createProvider({ config, clock, log, timeoutSeconds })]));
}

function requireConfidential({ protocol, hostname }: URL): void {
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return;
  const message = 'Invalid configuration: the public URL must start with https:// where people log in, but on loopback';
  throw new CodedError({ code: 'InvalidConfig', message, status: 400 });
}
