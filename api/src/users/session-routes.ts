import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditedRequest } from '../audit/audited-request.ts';
import { ApiError } from '../http/api-error.ts';
import { callingPerson, type Gate } from '../http/gate.ts';
import { NAME_SCHEMA, problems } from '../http/schemas.ts';
import type { Sessions } from '../login/sessions.ts';
import { SESSION_LIST } from './session-schema.ts';
import { USERS_PATH } from './user-routes.ts';

/** What {@link registerSessionRoutes} needs. */
export interface SessionRoutesDeps {
  gate: Gate;
  sessions: Sessions;
}

const OWN_PATH = '/api/v1/me/sessions';
const OTHERS_PATH = `${USERS_PATH}/:name/sessions`;
const tags = ['people'];
const config = { audience: 'people' } as const;
const id = { description: 'Id of the login.', type: 'string', pattern: '^[0-9a-f]{32}$' };
const GONE = { 204: { description: 'The login has ended, on every replica within moments.', type: 'null' } };

/** The logins of a person: one's own, and with the rights those of others. */
export function registerSessionRoutes(app: FastifyInstance, deps: SessionRoutesDeps): void {
  registerOwn(app, deps);
  registerOthers(app, deps);
}

function registerOwn(app: FastifyInstance, { sessions }: SessionRoutesDeps): void {
  app.route({
    method: 'GET',
    url: OWN_PATH,
    config,
    schema: { tags, summary: 'List your logins', response: { 200: SESSION_LIST, ...problems() } },
    handler: async (request) => {
      const user = await sessions.userOf(callingPerson(request));
      return { items: user === undefined ? [] : await sessions.list(user) };
    },
  });

  app.route<{ Params: { id: string } }>({
    method: 'DELETE',
    url: `${OWN_PATH}/:id`,
    config,
    schema: {
      tags,
      summary: 'End one of your logins',
      params: { type: 'object', properties: { id } },
      response: { ...GONE, ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request, reply) => {
      const user = await sessions.userOf(callingPerson(request));
      await end(sessions, user, request);
      return reply.code(204).send();
    },
  });
}

function registerOthers(app: FastifyInstance, { gate, sessions }: SessionRoutesDeps): void {
  app.route<{ Params: { name: string } }>({
    method: 'GET',
    url: OTHERS_PATH,
    config,
    schema: {
      tags,
      summary: 'List the logins of a person',
      params: { type: 'object', properties: { name: NAME_SCHEMA } },
      response: { 200: SESSION_LIST, ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'get', resource: 'users', name });
      return { items: await sessions.list(name) };
    },
  });

  app.route<{ Params: { name: string; id: string } }>({
    method: 'DELETE',
    url: `${OTHERS_PATH}/:id`,
    config,
    schema: {
      tags,
      summary: 'End a login of a person',
      params: { type: 'object', properties: { name: NAME_SCHEMA, id } },
      response: { ...GONE, ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'patch', resource: 'users', name });
      await end(sessions, name, request);
      return reply.code(204).send();
    },
  });
}

async function end(
  sessions: Sessions,
  user: string | undefined,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<void> {
  const isEnded = user !== undefined && (await sessions.end(user, request.params.id, auditedRequest(request)));
  if (!isEnded) throw new ApiError('NotFound', 'There is no such login');
}
