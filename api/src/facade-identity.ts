import type { Clock, Logger } from '@nannyapi/process';
import type { Informer, KubeClient, KubeObject } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Gate } from './http/access-control.ts';
import type { CredentialScheme } from './identity/credential-scheme.ts';
import type { LoginConfig } from './login/login-config.ts';
import type { LoginLinks } from './login/login-links.ts';
import type { SecretKeys } from './secrets/secret-keys.ts';

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
  /** The authority of the facade's certificate, PEM; absent where it is one that every system trusts. */
  caPem?: string | undefined;
}

/** A cache of a facade, as far as its start and its readiness are concerned. */
export type FacadeCache = Pick<Informer<KubeObject>, 'name' | 'start' | 'hasSynced' | 'health'>;

/** What {@link IdentityPart} needs. */
export interface IdentityPartDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  identity: FacadeIdentity | undefined;
}

/** What the routes of identity share with all others. */
export interface IdentityRoutesDeps {
  gate: Gate;
}

/**
 * The part of a facade that enrols hosts and logs people in: their schemes, caches and routes.
 *
 * Without an identity it has none of them, and the facade is one for node agents and Kubernetes tokens.
 */
export class IdentityPart {
  readonly #deps: IdentityPartDeps;
  readonly #losses: ((agent: string) => void)[] = [];

  constructor(deps: IdentityPartDeps) {
    this.#deps = deps;
  }

  /** How a request may prove who sends it, beside a bearer token. */
  schemes(): CredentialScheme[] {
    return [];
  }

  /** To be started with the facade, and to be in its readiness. */
  caches(): FacadeCache[] {
    return [];
  }

  /** Registers OAuth, login, pages, installation and the REST routes of identity. */
  async register(_app: FastifyInstance, _deps: IdentityRoutesDeps): Promise<void> {
    if (!this.#deps.identity) return;
  }

  /** Calls back with the key of an agent whose credential was revoked or deleted; its streams are to end. */
  onLoss(listener: (agent: string) => void): void {
    this.#losses.push(listener);
  }
}
