import type { FastifyInstance } from 'fastify';
import type { Gate } from '../http/gate.ts';
import {
  ALL_NAMESPACES,
  LABEL_SELECTOR,
  listOf,
  listQuery,
  PAGE,
  searchIn,
  type AllNamespacesQuery,
  type ListQuery,
} from '../http/list-schemas.ts';
import { DEFAULT_NAMESPACE, kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import { registerAgentChangeRoutes } from './agent-change-routes.ts';
import type { AgentService } from './agent-service.ts';

/** What the routes of agents need. */
export interface AgentListRoutesDeps {
  agents: AgentService;
  gate: Gate;
}

/** Collection of the agents of one namespace. */
export const AGENTS_PATH = '/api/v1/namespaces/:namespace/agents';
const SHORT_PATH = '/api/v1/agents';
const tags = ['agents'];
const config = { audience: 'people' } as const;

interface AgentsQuery extends ListQuery, AllNamespacesQuery {
  phase?: string;
  access?: string;
}

const FILTERS = {
  labelSelector: LABEL_SELECTOR,
  search: searchIn('name, description, owner, host name, operating system or address'),
  phase: { type: 'string', enum: ['Active', 'Inactive', 'Revoked'] },
  access: { type: 'string', enum: ['Enabled', 'Revoked'] },
};

/** Which hosts there are, for people: list, get, change, delete. */
export function registerAgentListRoutes(app: FastifyInstance, deps: AgentListRoutesDeps): void {
  registerList(app, deps, AGENTS_PATH);
  registerList(app, deps, SHORT_PATH);
  app.route<{ Params: { namespace: string; name: string } }>({
    method: 'GET',
    url: `${AGENTS_PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Get an agent',
      params: { type: 'object', properties: { namespace: NAME_SCHEMA, name: NAME_SCHEMA } },
      response: { 200: kubeObject('Agent', 'The Agent.'), ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request) => {
      const { namespace, name } = request.params;
      await deps.gate.admit(request, { verb: 'get', resource: 'agents', namespace, name });
      return deps.agents.get(namespace, name);
    },
  });
  registerAgentChangeRoutes(app, deps);
}

function registerList(app: FastifyInstance, { agents, gate }: AgentListRoutesDeps, path: string): void {
  const isShort = path === SHORT_PATH;
  app.route<{ Params: { namespace?: string }; Querystring: AgentsQuery }>({
    method: 'GET',
    url: path,
    config,
    schema: {
      tags,
      summary: isShort ? `List agents in namespace ${DEFAULT_NAMESPACE}, or in all` : 'List agents',
      ...(isShort ? {} : { params: { type: 'object', properties: { namespace: NAME_SCHEMA } } }),
      querystring: listQuery({ ...FILTERS, ...(isShort ? { allNamespaces: ALL_NAMESPACES } : {}) }),
      response: { 200: kubeList('Agent', PAGE), ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired') },
    },
    handler: async (request) => {
      const { allNamespaces = false, ...filter } = request.query;
      const namespace = allNamespaces ? undefined : (request.params.namespace ?? DEFAULT_NAMESPACE);
      await gate.admit(request, { verb: 'list', resource: 'agents', namespace });
      return listOf('Agent', await agents.list({ namespace, ...filter }));
    },
  });
}
