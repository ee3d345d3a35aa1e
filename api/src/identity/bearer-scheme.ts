import type { FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import type { Authenticator } from './authenticator.ts';
import type { Authentication, CredentialScheme } from './credential-scheme.ts';
import { principalName, type Principal } from './principal.ts';

/** Longest bearer token that is looked at, in characters; a Kubernetes token has about 1,000. */
const MAX_TOKEN_LENGTH = 8192;

/**
 * Tokens of ours that are no bearer tokens: access and refresh tokens of hosts, which are bound to a key, and install
 * tokens. Whoever shows one here gains nothing, and no API server is asked about it.
 */
const OTHER_KINDS = /^(?:nat|nrt|net)\./;

/** What is answered to who shows no bearer token, or a wrong one (RFC 6750 §3). */
export const BEARER_CHALLENGE = 'Bearer realm="nannyapi"';

/** `Authorization: Bearer <token>` (RFC 6750), whatever the token is. */
export function createBearerScheme(authenticator: Authenticator): CredentialScheme {
  return {
    challenge: BEARER_CHALLENGE,
    authenticate: async (request, reply) => {
      const bearer = bearerOf(request);
      if (bearer === undefined) return undefined;
      const { ip: address } = request;
      const principal = bearer === '' ? undefined : await authenticator.authenticate(bearer, { address });
      if (principal)
        return {
          principal,
          scheme: 'Bearer',
          recheck: recheckOf(authenticator, bearer, address, principal),
          onDoubt: (listener) => authenticator.onDoubt?.(bearer, listener) ?? (() => undefined),
        };
      reply.header('www-authenticate', `${BEARER_CHALLENGE}, error="invalid_token"`);
      throw new ApiError('Unauthenticated', 'The bearer token is wrong, expired or revoked');
    },
  };
}

// oxlint-disable-next-line eslint/max-params -- not the request: a closure over it would keep it alive
function recheckOf(
  authenticator: Authenticator,
  bearer: string,
  address: string,
  principal: Principal,
): Authentication['recheck'] {
  const name = principalName(principal);
  return async () => {
    try {
      const present = await authenticator.authenticate(bearer, { address });
      return present !== undefined && principalName(present) === name;
    } catch (error) {
      // Nobody could say: an API server that restarts must not cut every stream.
      return !(error instanceof ApiError && error.code === 'Forbidden');
    }
  };
}

/** `undefined` when the header is of another scheme or absent, empty for a token that cannot be one. */
function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) return undefined;
  if (header.length > MAX_TOKEN_LENGTH) return '';
  const bearer = /^bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
  return OTHER_KINDS.test(bearer) ? '' : bearer;
}
