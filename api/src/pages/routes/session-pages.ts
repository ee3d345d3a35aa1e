import type { FastifyInstance } from 'fastify';
import { auditedRequest } from '../../audit/audited-request.ts';
import { ApiError } from '../../http/api-error.ts';
import { callingPerson } from '../../http/gate.ts';
import type { Login } from '../../login/login.ts';
import { fieldOf } from '../form-reading.ts';
import { noticeOf } from '../notices.ts';
import { DONE, FORM, PAGE, querySchema, seeOther } from '../page-route.ts';
import type { PageWriter } from '../page-writer.ts';
import { sessionsView } from '../views/sessions-view.ts';

/** Where a person is logged in. Everyone sees and ends their own sessions and no others, so that no right is asked for. */
export function registerSessionPages(app: FastifyInstance, deps: { login: Login; writer: PageWriter }): void {
  const { writer } = deps;
  const { sessions } = deps.login;
  app.route<{ Querystring: { done?: string } }>({
    method: 'GET',
    url: '/sessions',
    config: PAGE,
    schema: querySchema({ done: DONE }),
    handler: async (request, reply) => {
      const person = callingPerson(request);
      const user = await sessions.userOf(person);
      const { session } = request.authentication ?? {};
      const page = {
        sessions: user === undefined ? undefined : await sessions.list(user),
        currentID: session?.id,
        provider: session?.provider,
        groups: person.groups,
      };
      return writer.send(request, reply, (context) => ({
        title: 'You and your sessions',
        section: 'sessions',
        notice: noticeOf(request.query.done),
        body: sessionsView(page, context),
        width: 'reading',
      }));
    },
  });

  app.route<{ Params: { id: string } }>({
    method: 'POST',
    url: '/sessions/:id/end',
    config: FORM,
    schema: {
      hide: true,
      params: { type: 'object', properties: { id: { type: 'string', pattern: '^[0-9a-f]{32}$' } } },
    },
    handler: async (request, reply) => {
      const user = await sessions.userOf(callingPerson(request));
      const { id } = request.params;
      if (user === undefined || !(await sessions.end(user, id, auditedRequest(request))))
        throw new ApiError('NotFound', 'This session has ended already');
      const isOwn = request.authentication?.session?.id === id;
      return seeOther(reply, isOwn ? '/login' : '/sessions?done=ended');
    },
  });

  app.route({
    method: 'POST',
    url: '/sessions/end-others',
    config: FORM,
    schema: { hide: true },
    handler: async (request, reply) => {
      const user = await sessions.userOf(callingPerson(request));
      const isThisToo = fieldOf(request, 'this') === 'too';
      const keep = isThisToo ? undefined : request.authentication?.session?.id;
      if (user !== undefined) await sessions.endAll(user, auditedRequest(request), keep);
      return seeOther(reply, isThisToo ? '/login' : '/sessions?done=others-ended');
    },
  });
}
