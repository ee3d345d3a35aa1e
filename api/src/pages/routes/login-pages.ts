import type { FastifyInstance } from 'fastify';
import { localPath } from '../../login/local-path.ts';
import type { Login } from '../../login/login.ts';
import { isLoginProblem, LOGIN_PROBLEMS } from '../../login/login-problem.ts';
import { OPEN_PAGE, querySchema } from '../page-route.ts';
import type { PageWriter } from '../page-writer.ts';
import { loginLinkView, loginView } from '../views/login-view.ts';

/** The way in. Everything that is done here is done by the routes of `login/`. */
export function registerLoginPages(app: FastifyInstance, deps: { login: Login; writer: PageWriter }): void {
  const { login, writer } = deps;
  app.route<{ Querystring: { return_to?: string; problem?: string } }>({
    method: 'GET',
    url: '/login',
    config: OPEN_PAGE,
    // What an old or a mangled link says beside this is of no matter: this page must always come.
    schema: { hide: true },
    handler: async (request, reply) => {
      const { return_to: returnTo, problem } = request.query;
      const known = typeof problem === 'string' && isLoginProblem(problem) ? LOGIN_PROBLEMS[problem] : undefined;
      const body = loginView({
        providers: login.providers(),
        returnTo: localPath(typeof returnTo === 'string' ? returnTo : undefined),
        problem: known,
        hasLocalLinks: login.links !== undefined,
      });
      return writer.send(request, reply, () => ({ title: 'Log in', body, width: 'narrow' }));
    },
  });

  app.route<{ Querystring: { token?: string } }>({
    method: 'GET',
    url: '/login/link',
    config: OPEN_PAGE,
    schema: querySchema({ token: { type: 'string', maxLength: 128 } }),
    handler: async (request, reply) => {
      const body = loginLinkView(request.query.token ?? '');
      return writer.send(request, reply, () => ({ title: 'Log in as admin', body, width: 'narrow' }));
    },
  });
}
