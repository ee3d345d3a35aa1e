import type { UserSpec } from '@nannyapi/crds';
import type { FastifyInstance } from 'fastify';
import { targetOf } from '../audit/audit.ts';
import type { Gate } from '../http/gate.ts';
import { LABEL_SELECTOR, listOf, listQuery, PAGE, searchIn, type ListQuery } from '../http/list-schemas.ts';
import { kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import type { UserService } from './user-service.ts';

/** What {@link registerUserRoutes} needs. */
export interface UserRoutesDeps {
  gate: Gate;
  users: UserService;
}

/** Collection of the people who have logged in. */
export const USERS_PATH = '/api/v1/users';
const tags = ['people'];
const config = { audience: 'people' } as const;
const resource = 'users';
const params = { type: 'object', properties: { name: NAME_SCHEMA } };

interface UsersQuery extends ListQuery {
  provider?: string;
  access?: string;
}
interface OneUser {
  name: string;
}

/** The people who have logged in: list, get, disable, forget. */
export function registerUserRoutes(app: FastifyInstance, deps: UserRoutesDeps): void {
  registerReads(app, deps);
  registerChanges(app, deps);
}

function registerReads(app: FastifyInstance, { gate, users }: UserRoutesDeps): void {
  app.route<{ Querystring: UsersQuery }>({
    method: 'GET',
    url: USERS_PATH,
    config,
    schema: {
      tags,
      summary: 'List people who have logged in',
      querystring: listQuery({
        labelSelector: LABEL_SELECTOR,
        search: searchIn('name, e-mail address or user name'),
        provider: { description: 'Id of the provider.', type: 'string', minLength: 1, maxLength: 63 },
        access: { type: 'string', enum: ['Enabled', 'Disabled'] },
      }),
      response: { 200: kubeList('User', PAGE), ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired') },
    },
    handler: async (request) => {
      await gate.admit(request, { verb: 'list', resource });
      return listOf('User', await users.list(request.query));
    },
  });

  app.route<{ Params: OneUser }>({
    method: 'GET',
    url: `${USERS_PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Get a person',
      params,
      response: { 200: kubeObject('User', 'The User.'), ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'get', resource, name });
      return users.get(name);
    },
  });
}

function registerChanges(app: FastifyInstance, { gate, users }: UserRoutesDeps): void {
  app.route<{ Params: OneUser; Body: Required<Pick<UserSpec, 'access'>> }>({
    method: 'PATCH',
    url: `${USERS_PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Disable a person, or let them in again',
      params,
      body: {
        title: 'UserChange',
        type: 'object',
        required: ['access'],
        additionalProperties: false,
        properties: {
          access: {
            description: 'Disabled ends all logins of the person within seconds, and lets none begin.',
            type: 'string',
            enum: ['Enabled', 'Disabled'],
          },
        },
      },
      response: {
        200: kubeObject('User', 'The User as it is now.'),
        ...problems('NotFound', 'BadRequest', 'ValidationFailed', 'Conflict', 'BodyTooLarge', 'UnsupportedMediaType'),
      },
    },
    handler: async (request) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'patch', resource, name });
      const user = await users.change(name, request.body);
      gate.done(request, { action: 'ChangeUser', target: targetOf(user), detail: `Access is ${request.body.access}` });
      return user;
    },
  });

  app.route<{ Params: OneUser }>({
    method: 'DELETE',
    url: `${USERS_PATH}/:name`,
    config,
    schema: {
      tags,
      summary: 'Forget a person',
      description: 'All logins end. The person may log in again: to keep them out, set access to Disabled.',
      params,
      response: {
        204: { description: 'Gone.', type: 'null' },
        ...problems('NotFound', 'ValidationFailed', 'Conflict'),
      },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'delete', resource, name });
      await users.delete(name);
      gate.done(request, { action: 'DeleteUser', target: { kind: 'User', name } });
      return reply.code(204).send();
    },
  });
}
