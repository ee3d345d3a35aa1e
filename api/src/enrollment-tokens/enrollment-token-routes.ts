import type { Clock } from '@nannyapi/process';
import type { FastifyInstance } from 'fastify';
import { targetOf } from '../audit/audit.ts';
import type { Gate } from '../http/gate.ts';
import { listOf, listQuery, nameOf, PAGE, searchIn, type ListQuery } from '../http/list-schemas.ts';
import { kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import { withoutHashes } from '../http/without-hashes.ts';
import { withoutManagedFields } from '../http/without-managed-fields.ts';
import type { EnrollmentTokens } from '../oauth/enrollment-tokens.ts';
import type { EnrollmentTokenService } from './enrollment-token-service.ts';
import { issuedDeed } from './issued-deed.ts';
import { ISSUED_TOKEN, NEW_TOKEN, type NewEnrollmentToken } from './new-enrollment-token.ts';

/** What {@link registerEnrollmentTokenRoutes} needs. */
export interface EnrollmentTokenRoutesDeps {
  clock: Clock;
  gate: Gate;
  issuer: EnrollmentTokens;
  /** Namespace of the release, in which install tokens are. */
  namespace: string;
  tokens: EnrollmentTokenService;
}

const PATH = '/api/v1/enrollment-tokens';
const tags = ['enrolment'];
const config = { audience: 'people' } as const;
const resource = 'enrollmenttokens';
const params = { type: 'object', properties: { name: NAME_SCHEMA } };
const DEFAULT_VALID_SECONDS = 3600;

interface TokensQuery extends Omit<ListQuery, 'labelSelector'> {
  agentNamespace?: string;
  access?: string;
}
interface OneToken {
  name: string;
}

/** Install tokens: create, list, get, revoke, delete. */
export function registerEnrollmentTokenRoutes(app: FastifyInstance, deps: EnrollmentTokenRoutesDeps): void {
  registerCreate(app, deps);
  registerReads(app, deps);
  registerEnds(app, deps);
}

function registerCreate(app: FastifyInstance, { clock, gate, issuer, namespace }: EnrollmentTokenRoutesDeps): void {
  app.route<{ Body: NewEnrollmentToken }>({
    method: 'POST',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'Make an install token; it is shown this once',
      description: 'Needs the right to create agents in the namespace too: that is what its hosts will do.',
      body: NEW_TOKEN,
      response: {
        201: ISSUED_TOKEN,
        ...problems('BadRequest', 'ValidationFailed', 'NotFound', 'BodyTooLarge', 'UnsupportedMediaType'),
      },
    },
    handler: async (request, reply) => {
      const { validSeconds = DEFAULT_VALID_SECONDS, ...wanted } = request.body;
      const by = await gate.admit(request, { verb: 'create', resource, namespace });
      await gate.admit(request, { verb: 'create', resource: 'agents', namespace: wanted.agentNamespace });
      const expirationTime = new Date(clock.now().getTime() + validSeconds * 1000);
      const { token, object } = await issuer.issue({ ...wanted, expirationTime, by });
      gate.done(request, issuedDeed(object));
      const location = `${PATH}/${object.metadata.name}`;
      return reply
        .code(201)
        .header('location', location)
        .send({ token, object: withoutHashes(withoutManagedFields(object)) });
    },
  });
}

function registerReads(app: FastifyInstance, { gate, namespace, tokens }: EnrollmentTokenRoutesDeps): void {
  app.route<{ Querystring: TokensQuery }>({
    method: 'GET',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'List install tokens, without the tokens',
      querystring: listQuery({
        search: searchIn('name, description or who made it'),
        agentNamespace: nameOf('Namespace that their Agents are made in.'),
        access: { type: 'string', enum: ['Enabled', 'Revoked'] },
      }),
      response: {
        200: kubeList('EnrollmentToken', PAGE),
        ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired'),
      },
    },
    handler: async (request) => {
      await gate.admit(request, { verb: 'list', resource, namespace });
      return listOf('EnrollmentToken', await tokens.list(request.query));
    },
  });

  app.route<{ Params: OneToken }>({
    method: 'GET',
    url: `${PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Get an install token, without the token',
      params,
      response: {
        200: kubeObject('EnrollmentToken', 'The EnrollmentToken.'),
        ...problems('NotFound', 'ValidationFailed'),
      },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'get', resource, namespace, name });
      return tokens.get(name);
    },
  });
}

function registerEnds(app: FastifyInstance, { gate, namespace, tokens }: EnrollmentTokenRoutesDeps): void {
  app.route<{ Params: OneToken }>({
    method: 'POST',
    url: `${PATH}/:name/revoke`,
    config,
    schema: {
      tags,
      summary: 'Revoke an install token; hosts that it let in stay',
      params,
      response: {
        200: kubeObject('EnrollmentToken', 'The EnrollmentToken as it is now.'),
        ...problems('NotFound', 'ValidationFailed', 'Conflict'),
      },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'patch', resource, namespace, name });
      const token = await tokens.revoke(name);
      gate.done(request, { action: 'RevokeEnrollmentToken', target: targetOf(token) });
      return token;
    },
  });

  app.route<{ Params: OneToken }>({
    method: 'DELETE',
    url: `${PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Delete an install token; hosts that it let in stay',
      params,
      response: {
        204: { description: 'Gone.', type: 'null' },
        ...problems('NotFound', 'ValidationFailed', 'Conflict'),
      },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'delete', resource, namespace, name });
      await tokens.delete(name);
      gate.done(request, { action: 'DeleteEnrollmentToken', target: { kind: 'EnrollmentToken', namespace, name } });
      return reply.code(204).send();
    },
  });
}
