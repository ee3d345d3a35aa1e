import type { Principal } from './principal.ts';

/** Turns a bearer token into whom it speaks for. */
export interface Authenticator {
  /**
   * Answers `undefined` for a token that is wrong, expired or revoked.
   *
   * @throws when it cannot tell, for example because the issuer cannot be asked; the caller is then told 503 or 500.
   */
  authenticate(bearer: string): Promise<Principal | undefined>;
}
