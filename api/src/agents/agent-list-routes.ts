import type { FastifyInstance } from 'fastify';
import type { Gate } from '../http/gate.ts';
import { kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import type { AgentService } from './agent-service.ts';

const tags = ['agents'];
const config = { audience: 'people' } as const;
const PATH = '/api/v1/namespaces/:namespace/agents';
const DEFAULT_LIMIT = 100;

/** Which hosts there are, for people: list and get. */
export function registerAgentListRoutes(app: FastifyInstance, deps: { agents: AgentService; gate: Gate }): void {
  app.route<{ Params: { namespace: string }; Querystring: { limit?: number; continue?: string } }>({
    method: 'GET',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'List agents',
      params: { type: 'object', properties: { namespace: NAME_SCHEMA } },
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          limit: { type: 'integer', minimum: 1, maximum: 500 },
          continue: { type: 'string', maxLength: 4096 },
        },
      },
      response: { 200: kubeList('Agent', 'One page.'), ...problems('ValidationFailed', 'ContinueExpired') },
    },
    handler: async (request) => {
      const { namespace } = request.params;
      await deps.gate.admit(request, { verb: 'list', resource: 'agents', namespace });
      const { limit = DEFAULT_LIMIT, continue: next } = request.query;
      const { items, ...metadata } = await deps.agents.list({ namespace, limit, continue: next });
      return { apiVersion: 'nannyai.dev/v1alpha1', kind: 'AgentList', metadata, items };
    },
  });

  app.route<{ Params: { namespace: string; name: string } }>({
    method: 'GET',
    url: `${PATH}/:name`,
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
}
