import type { Clock, Logger } from '@nannyapi/process';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '../audit/audit.ts';
import { auditedRequest } from '../audit/audited-request.ts';
import { ApiError } from '../http/api-error.ts';
import { addressBlock } from '../identity/client-address.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import { groupsOf, kubernetesName, requireAllowed, requirePlainSubject, type ProvenIdentity } from './identity.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { LoginAttempts, type ReturnedAttempt } from './login-attempts.ts';
import { LoginError } from './login-error.ts';
import type { LoginLinks } from './login-links.ts';
import type { LoginMetrics } from './login-metrics.ts';
import { LoginRate } from './login-rate.ts';
import type { SessionBook } from './session-book.ts';
import { principalOf } from './session-rules.ts';
import type { BrowserSessions } from './session-scheme.ts';
import type { UserSighting } from './user-directory.ts';

/** Id of the provider that the admin of the machine is known by; no configured one may have it. */
export const LOCAL_PROVIDER = 'local';
const LOCAL_SUBJECT = 'admin';
/** The group that standalone binds to its ClusterRole of admins. */
export const LOCAL_GROUPS: readonly string[] = ['nannyapi:admins'];

/** What {@link LoginFlow} needs. */
export interface LoginFlowDeps {
  clock: Clock;
  log: Logger;
  audit: Audit;
  metrics: LoginMetrics;
  publicURL: URL;
  secretKeys: Pick<SecretKeys, 'derive'>;
  providers: ReadonlyMap<string, IdentityProvider>;
  book: SessionBook;
  browsers: BrowserSessions;
  links?: LoginLinks | undefined;
}

/** Who is to be logged in, once it is proved. */
interface Newcomer {
  sighting: UserSighting;
  groups: string[];
}

/**
 * What happens from the button of a provider to a login, and at its end.
 *
 * ```
 *   /auth/<p>/start ──► provider ──► /auth/<p>/callback ──► checks ──► User, entry, cookie ──► where the person was going
 *   cookie: state                    cookie must fit        └─► /login?problem=<code>
 * ```
 */
export class LoginFlow {
  readonly #deps: LoginFlowDeps;
  readonly #attempts: LoginAttempts;
  readonly #rate: LoginRate;

  constructor(deps: LoginFlowDeps) {
    this.#deps = deps;
    this.#attempts = new LoginAttempts(deps);
    this.#rate = new LoginRate(deps.clock);
  }

  /** Sends the browser to a provider. @throws ApiError `NotFound`. */
  async start(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { provider: string; returnTo: string | undefined; isMoved: boolean },
  ): Promise<FastifyReply> {
    const { publicURL } = this.#deps;
    const provider = this.#provider(asked.provider);
    if (request.host !== publicURL.host && !asked.isMoved) return this.#moveToPublic(reply, asked);
    try {
      const attempt = this.#attempts.start(asked.provider);
      const url = await provider.begin(attempt);
      await this.#attempts.remember(reply, asked.provider, { attempt, returnTo: asked.returnTo });
      return reply.redirect(url.href, 303);
    } catch (error) {
      return this.#refuse(request, reply, { error, provider: asked.provider });
    }
  }

  /** Ends what {@link LoginFlow.start} began. @throws ApiError `NotFound`. */
  async finish(request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> {
    const provider = this.#provider(id);
    let attempt: ReturnedAttempt | undefined;
    let identity: ProvenIdentity | undefined;
    try {
      attempt = await this.#attempts.take(request, reply, id);
      identity = await this.#prove(request, provider, attempt);
      requireAllowed(identity, provider.config);
      const { subject, profile } = identity;
      const sighting = { provider: id, issuer: provider.config.issuer.href, subject, profile };
      await this.#admit(request, reply, { sighting, groups: groupsOf(identity, provider.config) });
      return reply.redirect(attempt.returnTo, 303);
    } catch (error) {
      const subject = identity?.subject;
      return this.#refuse(request, reply, { error, provider: id, subject, returnTo: attempt?.returnTo });
    }
  }

  /** Logs the admin of the machine in who shows a one-time link. */
  async useLink(request: FastifyRequest, reply: FastifyReply, token: string): Promise<FastifyReply> {
    const sighting = { provider: LOCAL_PROVIDER, subject: LOCAL_SUBJECT, profile: { name: 'Local admin' } };
    try {
      if (this.#deps.links?.redeem(token) !== true) throw new LoginError('LinkNotGood', 'No such link');
      await this.#admit(request, reply, { sighting, groups: [...LOCAL_GROUPS] });
      return reply.redirect('/', 303);
    } catch (error) {
      return this.#refuse(request, reply, { error, provider: LOCAL_PROVIDER });
    }
  }

  /** Ends the login of the browser. @returns where the login at the provider is ended too, if it is to be. */
  async logOut(request: FastifyRequest, reply: FastifyReply): Promise<URL | undefined> {
    const { book, browsers, providers, publicURL } = this.#deps;
    const shown = await browsers.shown(request);
    if (shown) await book.end(shown.user, shown.sessionID, auditedRequest(request), 'LogOut');
    browsers.forget(reply);
    const provider = providers.get(request.authentication?.session?.provider ?? '');
    return provider?.endSessionURL(new URL('/login', publicURL));
  }

  async #prove(request: FastifyRequest, provider: IdentityProvider, attempt: ReturnedAttempt): Promise<ProvenIdentity> {
    const callback = this.#attempts.callbackURL(provider.config.id, request);
    const identity = await this.#rate.run(addressBlock(request.ip), () => provider.finish(callback, attempt));
    requirePlainSubject(identity.subject);
    return identity;
  }

  async #admit(request: FastifyRequest, reply: FastifyReply, { sighting, groups }: Newcomer): Promise<void> {
    const { audit, book, browsers, metrics } = this.#deps;
    // A new entry with a new id, whatever the browser showed: a login that somebody planted there is not taken over.
    const before = await browsers.shown(request);
    const origin = { address: request.ip, userAgent: request.headers['user-agent'] };
    const live = await book.begin(sighting, { groups, origin });
    const principal = principalOf(live, groups);
    const by = { ...auditedRequest(request), principal, provider: sighting.provider };
    if (before) await book.end(before.user, before.sessionID, by);
    await browsers.give(reply, live);
    metrics.count(sighting.provider, 'Succeeded');
    const { name, uid } = live.user.metadata;
    audit.record({ ...by, action: 'LogIn', target: { kind: 'User', name, uid }, outcome: 'Done' });
  }

  /** Tells the log why, and the login page what the person can do. */
  #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    refused: { error: unknown; provider: string; subject?: string | undefined; returnTo?: string | undefined },
  ): FastifyReply {
    const { error, provider, subject, returnTo = '/' } = refused;
    if (!(error instanceof LoginError)) throw error;
    const { audit, metrics } = this.#deps;
    metrics.count(provider, error.code);
    audit.record({
      ...auditedRequest(request),
      principal: subject === undefined ? 'anonymous' : kubernetesName(provider, subject),
      provider,
      action: 'LogIn',
      outcome: 'Refused',
      detail: `${error.code}: ${error.reason}`,
    });
    const query = new URLSearchParams({ problem: error.code, ...(returnTo === '/' ? {} : { return_to: returnTo }) });
    return reply.redirect(`/login?${query.toString()}`, 303);
  }

  /** The cookie of the attempt must be of the origin that the provider sends the browser back to. */
  #moveToPublic(reply: FastifyReply, asked: { provider: string; returnTo: string | undefined }): FastifyReply {
    const url = new URL(`/auth/${asked.provider}/start`, this.#deps.publicURL);
    if (asked.returnTo !== undefined) url.searchParams.set('return_to', asked.returnTo);
    // Said so that a proxy which renames the host makes no circle of it.
    url.searchParams.set('moved', 'yes');
    return reply.redirect(url.href, 303);
  }

  #provider(id: string): IdentityProvider {
    const provider = this.#deps.providers.get(id);
    if (!provider) throw new ApiError('NotFound', 'There is no such provider');
    return provider;
  }
}
