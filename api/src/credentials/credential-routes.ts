import type { FastifyInstance } from 'fastify';
import { AGENTS_PATH } from '../agents/agent-list-routes.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { targetOf } from '../audit/audit.ts';
import type { Gate } from '../http/gate.ts';
import { listOf, listQuery, nameOf, PAGE, searchIn, type ListQuery } from '../http/list-schemas.ts';
import { kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import type { AgentCredentials } from '../oauth/agent-credentials.ts';
import type { CredentialService } from './credential-service.ts';

/** What {@link registerCredentialRoutes} needs. */
export interface CredentialRoutesDeps {
  agents: AgentService;
  credentials: CredentialService;
  gate: Gate;
  /** Namespace of the release, in which credentials are. */
  namespace: string;
  revoker: AgentCredentials;
}

const PATH = '/api/v1/agent-credentials';
const tags = ['enrolment'];
const config = { audience: 'people' } as const;
const resource = 'agentcredentials';

interface CredentialsQuery extends Omit<ListQuery, 'labelSelector'> {
  agent?: string;
  agentNamespace?: string;
  access?: string;
}

/** The credentials of enrolled hosts: list, get, revoke. */
export function registerCredentialRoutes(app: FastifyInstance, deps: CredentialRoutesDeps): void {
  registerReads(app, deps);
  registerRevoke(app, deps);
}

function registerReads(app: FastifyInstance, { credentials, gate, namespace }: CredentialRoutesDeps): void {
  app.route<{ Querystring: CredentialsQuery }>({
    method: 'GET',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'List credentials of agents, without secrets',
      querystring: listQuery({
        search: searchIn('name, agent, who enrolled it, key thumbprint or address'),
        agent: nameOf('Name of the agent.'),
        agentNamespace: nameOf('Namespace of the agent.'),
        access: { type: 'string', enum: ['Enabled', 'Revoked'] },
      }),
      response: {
        200: kubeList('AgentCredential', PAGE),
        ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired'),
      },
    },
    handler: async (request) => {
      await gate.admit(request, { verb: 'list', resource, namespace });
      return listOf('AgentCredential', await credentials.list(request.query));
    },
  });

  app.route<{ Params: { name: string } }>({
    method: 'GET',
    url: `${PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Get a credential of an agent, without secrets',
      params: { type: 'object', properties: { name: NAME_SCHEMA } },
      response: {
        200: kubeObject('AgentCredential', 'The AgentCredential.'),
        ...problems('NotFound', 'ValidationFailed'),
      },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'get', resource, namespace, name });
      return credentials.get(name);
    },
  });
}

function registerRevoke(app: FastifyInstance, { agents, gate, revoker }: CredentialRoutesDeps): void {
  app.route<{ Params: { namespace: string; name: string } }>({
    method: 'POST',
    url: `${AGENTS_PATH}/:name/revoke-credential`,
    config,
    schema: {
      tags,
      summary: 'Revoke the key and tokens of an agent, for good',
      description:
        'Its host is out within seconds and must be enrolled anew. Needs the right to update the agent, as giving it ' +
        'a new key does. The agent of a Kubernetes node has no credential of ours: revoke its access.',
      params: { type: 'object', properties: { namespace: NAME_SCHEMA, name: NAME_SCHEMA } },
      response: {
        200: {
          description: 'Done.',
          type: 'object',
          required: ['revoked'],
          properties: { revoked: { description: 'How many credentials were good before.', type: 'integer' } },
        },
        ...problems('NotFound', 'ValidationFailed', 'Conflict'),
      },
    },
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'update', resource: 'agents', namespace, name });
      const agent = await agents.get(namespace, name);
      const revoked = await revoker.revoke({ namespace, name });
      gate.done(request, { action: 'RevokeCredential', target: targetOf(agent) });
      return { revoked };
    },
  });
}
