import type { Principal } from './principal.ts';

/** Where a request comes from, as the socket tells it; no header that a client can send is looked at. */
export interface Origin {
  /** IP address of the other end of the connection. */
  address: string;
}

/** Turns a bearer token into whom it speaks for. */
export interface Authenticator {
  /**
   * Answers `undefined` for a token that is wrong, expired or revoked.
   *
   * @throws ApiError `Forbidden` for a good token that is not good for this, with the reason; `TooManyRequests` for
   *   guesses; `Unavailable` when it cannot tell, for example because the issuer cannot be asked.
   */
  authenticate(bearer: string, origin: Origin): Promise<Principal | undefined>;
  /** As of `Authentication.onDoubt`, for whoever was found by that token; absent: there is nothing to hear of any. */
  onDoubt?(bearer: string, listener: () => void): () => void;
}
