import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from './principal.ts';

/** Who sends a request, and how it was proved. */
export interface Authentication {
  principal: Principal;
  scheme: 'Bearer' | 'DPoP' | 'Session';
  /**
   * Asks anew whether the credential is good; for what outlives the request, such as a stream. It keeps no request alive.
   * True also when nobody can tell at the moment: an API server that restarts must not cut every stream.
   */
  recheck: () => Promise<boolean>;
  /**
   * Has somebody called when the credential may have ended, so that a stream need not wait for its next recheck. Returns
   * the removal. Absent: there is nothing to hear of it.
   */
  onDoubt?: ((listener: () => void) => () => void) | undefined;
  /** The login of a person in a browser; with scheme `Session` alone. */
  session?: BrowserSession | undefined;
}

/** What pages show and send back of a login. */
export interface BrowserSession {
  /** The entry in `User.status.sessions`. */
  id: string;
  /** Must come back with every form, as field `csrf` or header `x-csrf-token`. */
  csrfToken: string;
  /** What the person is called on pages. */
  displayName: string;
  /** Id of the provider that the person logged in with. */
  provider: string;
}

/** One way to prove who sends a request. */
export interface CredentialScheme {
  /** What `WWW-Authenticate` says of this scheme to who shows no credential at all; absent: nothing. */
  challenge?: string | undefined;
  /**
   * Answers `undefined` when the request shows no credential of this kind.
   *
   * @throws ApiError `Unauthenticated` for one that is wrong, expired or revoked, with the challenge set on the reply;
   *   else as of `Authenticator.authenticate`.
   */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Authentication | undefined>;
}
