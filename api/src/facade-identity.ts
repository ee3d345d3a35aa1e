import type { Agent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import type { EventRecorder, Informer, KubeClient, KubeObject } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { ProgressBoard } from './agent-protocol/progress-board.ts';
import type { AgentService } from './agents/agent-service.ts';
import type { Audit } from './audit/audit.ts';
import { EnrollmentTokenService } from './enrollment-tokens/enrollment-token-service.ts';
import { registerLoginLinkRoute } from './facade-login-links.ts';
import type { Gate } from './http/gate.ts';
import type { RenderProblem } from './http/pages.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { Authorizer } from './identity/authorizer.ts';
import type { CredentialScheme } from './identity/credential-scheme.ts';
import { registerIdentityRoutes } from './identity/identity-routes.ts';
import { registerInstallRoutes, type AgentPackage } from './install/index.ts';
import type { EvidenceService } from './investigations/evidence-service.ts';
import type { InvestigationService } from './investigations/investigation-service.ts';
import type { LoginConfig } from './login/login-config.ts';
import type { LoginLinks } from './login/login-links.ts';
import { LoginServer } from './login/login-server.ts';
import type { Sessions } from './login/sessions.ts';
import { OAuthServer, registerOAuthRoutes, type OAuthLimits } from './oauth/index.ts';
import { Assets } from './pages/assets/assets.ts';
import { PageWriter } from './pages/page-writer.ts';
import { registerPages } from './pages/pages.ts';
import { createProblemPage } from './pages/problem-page.ts';
import type { SecretKeys } from './secrets/secret-keys.ts';
import { installCommands } from './facade-install.ts';

/** What a facade needs to know people and hosts by itself. Without it, it takes the tokens of its authenticator alone. */
export interface FacadeIdentity {
  /** Namespace of the release: codes, tokens and credentials are stored there. */
  namespace: string;
  /** Namespace that is offered for the Agents of hosts. */
  agentNamespace: string;
  /** Where browsers and hosts reach the facade; its path is `/`. */
  publicURL: URL;
  /** Every origin under which the facade is reached, that of the public URL among them, e.g. `https://127.0.0.1:7444`. */
  origins: readonly string[];
  secretKeys: SecretKeys;
  /** Who may log in, and how. Absent: nobody, but by a link. */
  loginConfig?: LoginConfig | undefined;
  /** One-time links for the admin of the machine; absent where nobody may make any. */
  loginLinks?: LoginLinks | undefined;
  /** Other limits of the device flow than usual. */
  oauthLimits?: Partial<OAuthLimits> | undefined;
  /** The authority of the facade's certificate, PEM; absent where it is one that every system trusts. */
  caPem?: string | undefined;
  /** What hosts are installed from; absent where this control plane gives no agents out. */
  agentPackage?: AgentPackage | undefined;
}

/** A cache of a facade, as far as its start and its readiness are concerned. */
export type FacadeCache = Pick<Informer<KubeObject>, 'name' | 'start' | 'hasSynced' | 'health'>;

/** What {@link createIdentityPart} needs. */
export interface IdentityPartDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  audit: Audit;
  events: EventRecorder;
  authorizer: Authorizer;
  /** The facade's own cache of Agents. */
  agents: Informer<Agent>;
  identity: FacadeIdentity;
}

/** What the routes of identity share with all others. */
export interface SharedServices {
  gate: Gate;
  progress: ProgressBoard;
  investigations: InvestigationService;
  evidence: EvidenceService;
  agents: AgentService;
}

/** The part of a facade that logs people in and enrols hosts: how they prove who they are, caches and routes. */
export interface IdentityPart {
  /** How a request may prove who sends it, beside a bearer token. */
  readonly schemes: readonly CredentialScheme[];
  /** Writes failures of pages; absent where there are no pages. */
  readonly renderProblem?: RenderProblem | undefined;
  /** The logins of people; absent where nobody logs in. */
  readonly sessions?: Sessions | undefined;
  /** Knows the bearer tokens that this part gave out; all others are for the next one. */
  authenticator(next: Authenticator): Authenticator;
  /** To be started with the facade, and to be in its readiness. */
  caches(): FacadeCache[];
  /** Registers login, OAuth, pages, installation and the REST routes of identity. */
  register(app: FastifyInstance, services: SharedServices): void;
  /** Calls back with the key of an agent whose credential was revoked or deleted; its streams are to end. */
  onLoss(listener: (agent: string) => void): void;
}

/** What a facade without an identity has of it: nothing. It is one for node agents and Kubernetes tokens. */
export const NO_IDENTITY: IdentityPart = {
  schemes: [],
  authenticator: (next) => next,
  caches: () => [],
  register: () => undefined,
  onLoss: () => undefined,
};

/** @throws CodedError `InvalidConfig` for a public URL over which a login would be readable. */
export function createIdentityPart(deps: IdentityPartDeps): IdentityPart {
  const { identity } = deps;
  const login = new LoginServer({ ...deps, ...identity, config: identity.loginConfig, links: identity.loginLinks });
  const { sessions } = login;
  const oauth = new OAuthServer({ ...deps, ...identity, limits: identity.oauthLimits, sessions });
  const assets = Assets.load();
  return {
    schemes: [oauth.scheme, login.scheme()],
    renderProblem: createProblemPage(new PageWriter({ assets, clock: deps.clock })),
    sessions,
    authenticator: (next) => login.authenticator(next),
    caches: () => [...login.caches(), ...oauth.caches()],
    register: (app, services) => registerAll(app, { ...deps, ...services, assets, login, oauth }),
    onLoss: (listener) => oauth.onLoss(listener),
  };
}

type Registration = Omit<IdentityPartDeps, 'agents'> &
  SharedServices & { assets: Assets; login: LoginServer; oauth: OAuthServer };

function registerAll(app: FastifyInstance, deps: Registration): void {
  const { identity, login, oauth } = deps;
  const { approval, credentials, enrollmentTokens } = oauth;
  const { namespace } = identity;
  login.register(app);
  registerInstallRoutes(app, identity);
  registerOAuthRoutes(app, { ...deps, ...identity, endpoints: oauth.endpoints });
  registerIdentityRoutes(app, { ...deps, namespace, sessions: login.sessions });
  if (identity.loginLinks) registerLoginLinkRoute(app, { ...deps, links: identity.loginLinks });
  registerPages(app, {
    ...deps,
    ...identity,
    approval,
    credentials,
    enrollmentTokens,
    tokens: new EnrollmentTokenService({ client: deps.client, namespace }),
    install: installCommands(identity),
  });
}
