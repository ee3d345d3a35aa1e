import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import { auditedRequest } from '../audit/audited-request.ts';
import { answerOAuthError, refuseFlood } from './answer-oauth-error.ts';
import { Form, textUpTo } from './form.ts';
import { readHostFacts } from './host-facts.ts';
import { oauthMetadata } from './metadata.ts';
import { addressBlock } from '../identity/client-address.ts';
import { DEVICE_AUTHORIZATION_SCHEMA, METADATA_SCHEMA, REVOCATION_SCHEMA, TOKEN_SCHEMA } from './oauth-schemas.ts';
import { OAuthError } from './oauth-error.ts';
import type { OAuthEndpoints } from './oauth-server.ts';
import type { TokenAnswer } from './tokens/token-answer.ts';

/** What {@link registerOAuthRoutes} needs. */
export interface OAuthRoutesDeps {
  /** `endpoints` of the OAuthServer. */
  endpoints: OAuthEndpoints;
  registry: Registry;
  publicURL: URL;
  origins: readonly string[];
}

/**
 * Starts have limits of their own. Polls and renewals cost a signature each, and clients understand no 429 there (RFC
 * 8628 §3.5).
 */
const config = { audience: 'everyone', rate: 'none', form: true } as const;

/** Registers metadata, device authorization, tokens and revocation. */
export function registerOAuthRoutes(app: FastifyInstance, deps: OAuthRoutesDeps): void {
  void app.register(async (scope) => {
    scope.setErrorHandler(answerOAuthError);
    // Fields are checked one by one, each with its own words; the schemas are for the reference.
    scope.setValidatorCompiler(() => (value: unknown) => ({ value }));
    registerMetadata(scope, deps);
    registerStart(scope, deps);
    registerToken(scope, deps);
    registerRevocation(scope, deps);
  });
}

function registerMetadata(app: FastifyInstance, { origins, publicURL }: OAuthRoutesDeps): void {
  const byHost = new Map(origins.map((origin) => [new URL(origin).host, new URL(origin).origin]));
  app.route({
    method: 'GET',
    url: OAUTH_PATHS.metadata,
    config: { audience: 'everyone' },
    schema: METADATA_SCHEMA,
    // Only an origin of the configuration is ever repeated, whatever the Host header says.
    handler: async (request) => oauthMetadata(byHost.get(request.host) ?? publicURL.origin),
  });
}

function registerStart(app: FastifyInstance, { endpoints }: OAuthRoutesDeps): void {
  const { pending, start, starts } = endpoints;
  app.route({
    method: 'POST',
    url: OAUTH_PATHS.deviceAuthorization,
    config,
    schema: DEVICE_AUTHORIZATION_SCHEMA,
    onRequest: async (request, reply) => {
      const retryAfterSeconds = pending.retryAfterSeconds(addressBlock(request.ip));
      if (retryAfterSeconds === undefined) return undefined;
      starts.inc({ outcome: 'Limited' });
      return refuseFlood(reply, retryAfterSeconds);
    },
    handler: async (request, reply) => {
      const form = new Form(request.body);
      const client = readClient(form);
      const thumbprint = client === 'Agent' ? prove(request, reply, endpoints) : undefined;
      const facts = readHostFacts(form);
      const userAgent = request.headers['user-agent'];
      const answer = await start.start({ client, thumbprint, facts, userAgent, address: request.ip });
      starts.inc({ outcome: 'Started' });
      return answer;
    },
  });
}

function registerToken(app: FastifyInstance, { endpoints, registry }: OAuthRoutesDeps): void {
  const outcomes = new Counter({
    name: 'nannyapi_token_requests_total',
    help: 'Requests of the token endpoint, by grant and outcome; outcomes in small letters are errors of OAuth.',
    labelNames: ['grant', 'outcome'],
    registers: [registry],
  });
  app.route({
    method: 'POST',
    url: OAUTH_PATHS.token,
    config,
    schema: TOKEN_SCHEMA,
    onRequest: async (request, reply) => endpoints.pace.check(request, reply),
    handler: async (request, reply) => {
      let grant = 'unknown';
      try {
        const form = new Form(request.body);
        const grantType = form.required('grant_type', textUpTo(128));
        grant = GRANT_LABELS.get(grantType) ?? 'unknown';
        const answer = await redeem({ form, grantType, request, reply, endpoints });
        outcomes.inc({ grant, outcome: 'Issued' });
        return answer;
      } catch (error) {
        outcomes.inc({ grant, outcome: error instanceof OAuthError ? error.code : 'Failed' });
        throw error;
      }
    },
  });
}

const GRANT_LABELS: ReadonlyMap<string, string> = new Map([
  [GRANTS.deviceCode, 'device_code'],
  [GRANTS.refreshToken, 'refresh_token'],
  [GRANTS.enrollmentToken, 'enrollment_token'],
]);

interface TokenRequest {
  form: Form;
  grantType: string;
  request: FastifyRequest;
  reply: FastifyReply;
  endpoints: OAuthEndpoints;
}

async function redeem({ form, grantType, request, reply, endpoints }: TokenRequest): Promise<TokenAnswer> {
  const { deviceGrant, refreshGrant, enrollmentGrant } = endpoints;
  const address = request.ip;
  const client = readClient(form);
  if (!GRANT_LABELS.has(grantType))
    throw new OAuthError('unsupported_grant_type', 'grant_type must be one of those that the metadata lists');
  if (client === 'CommandLine') {
    if (grantType === GRANTS.deviceCode) return deviceGrant.redeem(form, { client, address });
    throw new OAuthError('unauthorized_client', `${OAUTH_CLIENTS.commandLine} may use device codes alone`);
  }
  const thumbprint = prove(request, reply, endpoints);
  if (grantType === GRANTS.deviceCode) return deviceGrant.redeem(form, { client, thumbprint, address });
  if (grantType === GRANTS.refreshToken) return refreshGrant.redeem(form, { thumbprint, address });
  return enrollmentGrant.redeem(form, { thumbprint, address });
}

function registerRevocation(app: FastifyInstance, { endpoints }: OAuthRoutesDeps): void {
  app.route({
    method: 'POST',
    url: OAUTH_PATHS.revocation,
    config,
    schema: REVOCATION_SCHEMA,
    onRequest: async (request, reply) => endpoints.pace.check(request, reply),
    handler: async (request, reply) => {
      const form = new Form(request.body);
      if (readClient(form) === 'CommandLine') await endpoints.revocation.ofCommandLine(form, auditedRequest(request));
      else await endpoints.revocation.ofHost(form, prove(request, reply, endpoints));
      return reply.code(200).send();
    },
  });
}

function readClient(form: Form): 'Agent' | 'CommandLine' {
  const client = form.required('client_id', textUpTo(64));
  if (client === OAUTH_CLIENTS.agent) return 'Agent';
  if (client === OAUTH_CLIENTS.commandLine) return 'CommandLine';
  throw new OAuthError('invalid_client', `client_id must be ${Object.values(OAUTH_CLIENTS).join(' or ')}`);
}

/**
 * The thumbprint of the key that proved the request (RFC 9449 §5 and §8).
 *
 * @throws OAuthError `use_dpop_nonce`, `invalid_dpop_proof`.
 */
function prove(request: FastifyRequest, reply: FastifyReply, { verifier }: OAuthEndpoints): string {
  reply.header('dpop-nonce', verifier.nonce());
  const { method, url, headers } = request;
  const verdict = verifier.verify({ method, url, proof: headers['dpop'] });
  if (verdict.kind === 'Good') return verdict.thumbprint;
  if (verdict.kind === 'NonceWanted') throw new OAuthError('use_dpop_nonce', 'Use the nonce in the DPoP-Nonce header');
  throw new OAuthError('invalid_dpop_proof', `The DPoP proof is not good: ${verdict.problem}`);
}
