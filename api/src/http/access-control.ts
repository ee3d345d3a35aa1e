import type { Logger } from '@nannyapi/process';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Access, Authorizer } from '../identity/authorizer.ts';
import { principalName, type AgentPrincipal, type Principal, type UserPrincipal } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';

/** Whom a route serves. `everyone` needs no credential. */
export type Audience = 'everyone' | 'people' | 'agents';

declare module 'fastify' {
  interface FastifyContextConfig {
    audience?: Audience;
  }
  interface FastifyRequest {
    principal: Principal | undefined;
    /** Asks anew whether the credential of this request is good; for what outlives the request. It keeps no request alive. */
    recheck: (() => Promise<boolean>) | undefined;
  }
}

/** Longest bearer token that is looked at, in characters; a Kubernetes token has about 1,000. */
const MAX_TOKEN_LENGTH = 8192;

/**
 * Lets no request through without a credential that fits the audience of its route.
 *
 * It runs before the body is read, and for paths that do not exist too: without a credential nobody learns which
 * paths there are.
 */
export function requireCredentials(app: FastifyInstance, deps: { authenticator: Authenticator }): void {
  app.decorateRequest('principal', undefined);
  app.decorateRequest('recheck', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const { audience } = request.routeOptions.config;
    if (audience === 'everyone') return;
    const bearer = bearerOf(request) ?? '';
    const principal =
      bearer === '' ? undefined : await deps.authenticator.authenticate(bearer, { address: request.ip });
    if (!principal) {
      reply.header('www-authenticate', 'Bearer realm="nannyapi"');
      throw new ApiError('Unauthenticated', 'Send Authorization: Bearer <token> with a token that is still valid');
    }
    request.principal = principal;
    request.recheck = recheckOf(deps.authenticator, { bearer, address: request.ip, principal });
    if (audience === 'people' && principal.kind !== 'user')
      throw new ApiError('Forbidden', 'An agent may only use the paths under /agent/v1');
    if (audience === 'agents' && principal.kind !== 'agent')
      throw new ApiError('Forbidden', 'The paths under /agent/v1 are for agents; people use /api/v1');
  });
}

function recheckOf(
  authenticator: Authenticator,
  { bearer, address, principal }: { bearer: string; address: string; principal: Principal },
): () => Promise<boolean> {
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

function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined || header.length > MAX_TOKEN_LENGTH) return undefined;
  return /^bearer +(\S+) *$/i.exec(header)?.[1];
}

/** The agent that makes a request of a route for agents. */
export function callingAgent(request: FastifyRequest): AgentPrincipal {
  const { principal } = request;
  if (principal?.kind !== 'agent') throw new ApiError('Forbidden', 'This path is for agents');
  return principal;
}

/** Asks whether a person may do something, and leaves a line in the audit log for all but reads. */
export interface Gate {
  /** @throws ApiError `Forbidden`. */
  admit(request: FastifyRequest, access: Access): Promise<UserPrincipal>;
}

/** Makes the gate of all routes for people. */
export function createGate(deps: { authorizer: Authorizer; log: Logger }): Gate {
  return {
    admit: async (request, access) => {
      const { principal } = request;
      if (principal?.kind !== 'user') throw new ApiError('Forbidden', 'This path is for people');
      const isAllowed = await deps.authorizer.authorize(principal, access);
      const isRead = ['get', 'list', 'watch'].includes(access.verb);
      if (!isRead || !isAllowed)
        deps.log.info(
          { principal: principalName(principal), ...access, isAllowed, requestID: request.id },
          'Audited a call',
        );
      if (isAllowed) return principal;
      const where = access.namespace === undefined ? '' : ` in namespace ${access.namespace}`;
      throw new ApiError('Forbidden', `${principal.name} may not ${access.verb} ${access.resource}${where}`);
    },
  };
}
