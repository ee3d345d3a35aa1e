import type { FastifyInstance } from 'fastify';
import { targetOf } from '../audit/audit.ts';
import { kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import { AGENTS_PATH, type AgentListRoutesDeps } from './agent-list-routes.ts';
import type { AgentChange } from './agent-service.ts';

interface OneAgent {
  namespace: string;
  name: string;
}

const config = { audience: 'people' } as const;
const params = { type: 'object', properties: { namespace: NAME_SCHEMA, name: NAME_SCHEMA } };

/** What an admin may change of a host. */
const AGENT_CHANGE = {
  title: 'AgentChange',
  description: 'What is to change; the rest stays.',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    description: { description: 'What the host is for.', type: 'string', maxLength: 1024, pattern: '^[^\\x00]*$' },
    access: {
      description: 'Revoked cuts the agent off within seconds, until it is Enabled again.',
      type: 'string',
      enum: ['Enabled', 'Revoked'],
    },
    suspend: { description: 'Pauses the host while true: it is given no new work.', type: 'boolean' },
  },
};

/** Change and delete an agent. */
export function registerAgentChangeRoutes(app: FastifyInstance, { agents, gate }: AgentListRoutesDeps): void {
  app.route<{ Params: OneAgent; Body: AgentChange }>({
    method: 'PATCH',
    url: `${AGENTS_PATH}/:name`,
    config,
    schema: {
      tags: ['agents'],
      summary: 'Describe, pause or cut off an agent',
      params,
      body: AGENT_CHANGE,
      response: {
        200: kubeObject('Agent', 'The Agent as it is now.'),
        ...problems('NotFound', 'BadRequest', 'ValidationFailed', 'Conflict', 'BodyTooLarge', 'UnsupportedMediaType'),
      },
    },
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'patch', resource: 'agents', namespace, name });
      const agent = await agents.change(namespace, name, request.body);
      gate.done(request, { action: 'ChangeAgent', target: targetOf(agent), detail: wordsOf(request.body) });
      return agent;
    },
  });

  app.route<{ Params: OneAgent }>({
    method: 'DELETE',
    url: `${AGENTS_PATH}/:name`,
    config,
    schema: {
      tags: ['agents'],
      summary: 'Delete an agent; its host must be enrolled anew',
      description:
        'Its credentials end within seconds. The agent of a Kubernetes node comes back as long as its pod runs: ' +
        'to keep it out, set access to Revoked.',
      params,
      response: {
        204: { description: 'Gone.', type: 'null' },
        ...problems('NotFound', 'ValidationFailed', 'Conflict'),
      },
    },
    handler: async (request, reply) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'delete', resource: 'agents', namespace, name });
      await agents.delete(namespace, name);
      gate.done(request, { action: 'DeleteAgent', target: { kind: 'Agent', namespace, name } });
      return reply.code(204).send();
    },
  });
}

/** For the audit log; the description is a text of a person and stays out of it. */
function wordsOf({ access, suspend, description }: AgentChange): string {
  return [
    ...(access === undefined ? [] : [`Access is ${access}`]),
    ...(suspend === undefined ? [] : [suspend ? 'Suspended' : 'Resumed']),
    ...(description === undefined ? [] : ['Described']),
  ].join(', ');
}
