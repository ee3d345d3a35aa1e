import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authentication, CredentialScheme } from '../identity/credential-scheme.ts';
import { requireOwnNames } from '../identity/own-names.ts';
import type { AgentPrincipal, Principal } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';
import { isPage, redirectToLogin } from './pages.ts';

/** Whom a route serves. `everyone` needs no credential. */
export type Audience = 'everyone' | 'people' | 'agents';

declare module 'fastify' {
  interface FastifyContextConfig {
    audience?: Audience;
  }
  interface FastifyRequest {
    /** Who sends the request and how it was proved; `undefined` on routes for everyone. */
    authentication: Authentication | undefined;
    /** `authentication.principal`. */
    principal: Principal | undefined;
  }
}

/**
 * Lets no request through without a credential that fits the audience of its route.
 *
 * It runs before the body is read, and for paths that do not exist too: without a credential nobody learns which
 * paths there are. Every scheme is asked: a wrong credential of any kind is refused, and so are two at once, for it
 * would depend on an order that nobody sees whom the request speaks for.
 */
export function requireCredentials(app: FastifyInstance, deps: { schemes: readonly CredentialScheme[] }): void {
  const challenge = deps.schemes.flatMap((scheme) => scheme.challenge ?? []).join(', ');
  app.decorateRequest('authentication', undefined);
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const { audience } = request.routeOptions.config;
    if (audience === 'everyone') return undefined;
    const authentication = await identify(request, reply, deps.schemes);
    if (!authentication) return challengeWith(challenge, request, reply);
    const { principal } = authentication;
    requireOwnNames(principal);
    request.authentication = authentication;
    request.principal = principal;
    if (audience === 'people' && principal.kind !== 'user')
      throw new ApiError('Forbidden', 'An agent may only use the paths under /agent/v1');
    if (audience === 'agents' && principal.kind !== 'agent')
      throw new ApiError('Forbidden', 'The paths under /agent/v1 are for agents; people use /api/v1');
    return undefined;
  });
}

/** `undefined` when no credential was shown, and on pages also when it is no longer good. */
async function identify(
  request: FastifyRequest,
  reply: FastifyReply,
  schemes: readonly CredentialScheme[],
): Promise<Authentication | undefined> {
  const found: Authentication[] = [];
  try {
    for (const scheme of schemes) {
      const authentication = await scheme.authenticate(request, reply);
      if (authentication) found.push(authentication);
    }
  } catch (error) {
    const isAnswered = error instanceof ApiError && error.code === 'Unauthenticated' && isPage(request);
    if (isAnswered && isRead(request)) return undefined;
    throw error;
  }
  if (found.length > 1)
    throw new ApiError('BadRequest', 'Show one credential: this request shows two, of different kinds');
  return found[0];
}

function challengeWith(challenge: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isPage(request) && isRead(request)) return redirectToLogin(request, reply);
  if (challenge !== '') reply.header('www-authenticate', challenge);
  throw new ApiError('Unauthenticated', 'Send Authorization: Bearer <token> with a token that is still valid');
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The agent that makes a request of a route for agents. */
export function callingAgent(request: FastifyRequest): AgentPrincipal {
  const { principal } = request;
  if (principal?.kind !== 'agent') throw new ApiError('Forbidden', 'This path is for agents');
  return principal;
}
