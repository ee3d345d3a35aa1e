import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import type { Clock } from '@nannyapi/process';
import { TokenBucket } from '@nannyapi/runtime';
import type { EndedBy } from '../login/sessions.ts';
import type { Form } from './form.ts';
import type { CommandLineSessions } from './oauth-deps.ts';
import { OAuthError } from './oauth-error.ts';
import { isAccessToken } from './tokens/credential-state.ts';
import type { CredentialObjects } from './tokens/credentials.ts';
import { hashOf, holderOf } from './tokens/token-format.ts';
import type { TokenPairs } from './tokens/token-pair.ts';

/** What {@link Revocation} needs. */
export interface RevocationDeps {
  clock: Clock;
  credentials: CredentialObjects;
  pairs: TokenPairs;
  sessions?: CommandLineSessions | undefined;
}

/** Tokens that are looked up, whoever sends them. */
const LOOKUPS = { perSecond: 20, burst: 200 };

/**
 * Ends tokens for whoever holds them (RFC 7009): a host that is taken out of service, a command line that logs out.
 *
 * Tokens that are not ours, or good no more, are no error: what the client wants is so already.
 */
export class Revocation {
  readonly #deps: RevocationDeps;
  readonly #lookups: TokenBucket;

  constructor(deps: RevocationDeps) {
    this.#deps = deps;
    this.#lookups = new TokenBucket(LOOKUPS, deps.clock);
  }

  /** Ends the credential that a host's token is of: its whole family. The thumbprint is that of the proof's key. */
  async ofHost(form: Form, thumbprint: string): Promise<void> {
    const { credentials, pairs, clock } = this.#deps;
    const token = tokenOf(form);
    const name = holderOf(TOKEN_PREFIXES.agentRefresh, token) ?? holderOf(TOKEN_PREFIXES.agentAccess, token);
    if (name === undefined) return;
    if (!this.#lookups.tryTake()) throw tooMany();
    const credential = await credentials.live(name);
    if (!credential || credential.spec.keyThumbprint !== thumbprint) return;
    const hash = hashOf(token);
    const { refreshTokenHash, previousRefreshTokenHash } = credential.status ?? {};
    // The holder of the key may end it with any token of the family: one that was used up is as good as any for that.
    const isOfIt =
      pairs.isOwn(token) ||
      hash === refreshTokenHash ||
      hash === previousRefreshTokenHash ||
      isAccessToken(credential, hash, clock.now());
    if (!isOfIt) return;
    await credentials.end(name, { reason: 'Revoked', message: 'The host gave its tokens back' });
  }

  /** Ends the login that a person's token is of. */
  async ofCommandLine(form: Form, by: EndedBy): Promise<void> {
    const token = tokenOf(form);
    const { sessions } = this.#deps;
    if (!sessions || holderOf(TOKEN_PREFIXES.person, token) === undefined) return;
    if (!this.#lookups.tryTake()) throw tooMany();
    await sessions.endByToken(token, by);
  }
}

function tooMany(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many tokens came at once', { retryAfterSeconds: 5 });
}

function tokenOf(form: Form): string {
  return form.required('token', { maxLength: 1024, allowed: 'a token' });
}
