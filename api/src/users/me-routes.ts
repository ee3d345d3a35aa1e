import type { FastifyInstance } from 'fastify';
import { callingPerson } from '../http/gate.ts';
import { problems } from '../http/schemas.ts';
import type { Sessions } from '../login/sessions.ts';

const ME = {
  title: 'Me',
  description: 'Who you are, as rights are asked for.',
  type: 'object',
  required: ['name', 'groups', 'scheme'],
  properties: {
    name: { description: 'The Kubernetes user.', type: 'string' },
    groups: { description: 'Its groups.', type: 'array', items: { type: 'string' } },
    scheme: { description: 'How it was proved.', type: 'string', enum: ['Bearer', 'DPoP', 'Session'] },
    provider: { description: 'Id of the provider; absent for a token of the cluster.', type: 'string' },
    displayName: { description: 'What pages call you; in a browser.', type: 'string' },
    user: { description: 'Name of the User object; absent for who never logged in here.', type: 'string' },
    sessionID: { description: 'The login that this request is part of; in a browser.', type: 'string' },
  },
};

/** `GET /api/v1/me`: who am I here? */
export function registerMeRoutes(
  app: FastifyInstance,
  deps: { sessions?: Pick<Sessions, 'userOf'> | undefined },
): void {
  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { audience: 'people' },
    schema: { tags: ['people'], summary: 'Tell who you are', response: { 200: ME, ...problems() } },
    handler: async (request) => {
      const person = callingPerson(request);
      const { scheme = 'Bearer', session } = request.authentication ?? {};
      return {
        name: person.name,
        groups: person.groups,
        scheme,
        provider: person.provider ?? session?.provider,
        displayName: session?.displayName,
        user: await deps.sessions?.userOf(person),
        sessionID: session?.id,
      };
    },
  });
}
