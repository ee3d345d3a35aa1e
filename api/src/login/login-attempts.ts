import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@nannyapi/process';
import { BoundedMap } from '@nannyapi/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import { clearCookie, cookieKind, readCookie, setCookie, type CookieKind } from './cookie.ts';
import type { LoginAttempt } from './identity-provider.ts';
import { localPath } from './local-path.ts';
import { LoginError } from './login-error.ts';
import { SealedCookies } from './sealed-cookie.ts';

/** How long a person may take at the provider, in seconds. */
const LIFETIME_SECONDS = 600;
/** States that this replica has seen come back; a provider refuses a code the second time on all others. */
const MAX_USED = 10_000;

/** What {@link LoginAttempts} needs. */
export interface LoginAttemptsDeps {
  publicURL: URL;
  secretKeys: Pick<SecretKeys, 'derive'>;
  clock: Clock;
}

/** An attempt that came back, and where the person was heading. */
export interface ReturnedAttempt extends LoginAttempt {
  returnTo: string;
}

/**
 * Keeps what a login must remember while the browser is at the provider, in that browser alone: a sealed cookie.
 *
 * A callback without it, with that of another provider (mix-up, RFC 9700 §4.4) or another state (login CSRF, §4.7) is
 * nothing that this browser has begun here.
 */
export class LoginAttempts {
  readonly #publicURL: URL;
  readonly #cookie: CookieKind;
  readonly #seals: SealedCookies;
  readonly #used = new BoundedMap<true>(MAX_USED);

  constructor({ publicURL, secretKeys, clock }: LoginAttemptsDeps) {
    this.#publicURL = publicURL;
    this.#cookie = cookieKind('nannyapi-login', publicURL);
    this.#seals = new SealedCookies({ secretKeys, purpose: 'login-state', clock });
  }

  /** Makes an attempt; the browser learns of it with {@link LoginAttempts.remember}. */
  start(provider: string): LoginAttempt {
    return {
      redirectURI: this.#callbackURL(provider),
      state: randomText(),
      nonce: randomText(),
      verifier: randomText(),
    };
  }

  async remember(
    reply: FastifyReply,
    provider: string,
    { attempt, returnTo }: { attempt: LoginAttempt; returnTo: string | undefined },
  ): Promise<void> {
    const { state, nonce, verifier } = attempt;
    const claims = { p: provider, s: state, n: nonce, v: verifier, r: localPath(returnTo) };
    setCookie(reply, this.#cookie, await this.#seals.seal(claims, LIFETIME_SECONDS), LIFETIME_SECONDS);
  }

  /**
   * The attempt that a callback belongs to; the browser forgets it, and it is good once.
   *
   * @throws LoginError `Expired`.
   */
  async take(request: FastifyRequest, reply: FastifyReply, provider: string): Promise<ReturnedAttempt> {
    const sealed = readCookie(request, this.#cookie);
    clearCookie(reply, this.#cookie);
    const claims = sealed === undefined ? undefined : (await this.#seals.open(sealed))?.claims;
    const { p, s: state, n: nonce, v: verifier, r } = claims ?? {};
    if (typeof state !== 'string' || typeof nonce !== 'string' || typeof verifier !== 'string')
      throw new LoginError('Expired', 'The browser shows no login that it began here');
    if (p !== provider) throw new LoginError('Expired', 'The browser began a login with another provider');
    const states = this.callbackURL(provider, request).searchParams.getAll('state');
    const [returned] = states;
    if (states.length !== 1 || returned === undefined || !isSame(returned, state))
      throw new LoginError('Expired', 'The callback is of another login than the one that the browser began');
    if (this.#used.get(state)) throw new LoginError('Expired', 'The callback was used before');
    this.#used.set(state, true);
    const redirectURI = this.#callbackURL(provider);
    return { redirectURI, state, nonce, verifier, returnTo: localPath(typeof r === 'string' ? r : undefined) };
  }

  /** The callback as the provider was told it, with the query of this request: no header says where we are. */
  callbackURL(provider: string, request: Pick<FastifyRequest, 'url'>): URL {
    const url = this.#callbackURL(provider);
    const start = request.url.indexOf('?');
    if (start >= 0) url.search = request.url.slice(start);
    return url;
  }

  #callbackURL(provider: string): URL {
    return new URL(`/auth/${provider}/callback`, this.#publicURL);
  }
}

/** 256 bits in 43 characters, as RFC 7636 §4.1 wants a verifier. */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
