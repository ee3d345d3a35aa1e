import type { FastifyInstance, FastifyReply } from 'fastify';
import { problems } from '../http/schemas.ts';
import { requireOwnPage } from './cross-site-guard.ts';
import type { LoginFlow } from './login-flow.ts';

/** What {@link registerLoginRoutes} needs. */
export interface LoginRoutesDeps {
  flow: LoginFlow;
  /** Every origin under which the facade is reached. */
  origins: readonly string[];
}

const PARAMS = {
  type: 'object',
  properties: {
    provider: {
      description: 'Id of a provider of the login configuration.',
      type: 'string',
      pattern: '^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$',
    },
  },
} as const;
const TAGS = ['people'];
const EVERYONE = { audience: 'everyone', page: true } as const;

/** `/auth/<provider>/start` and `/callback`, `/login/link` and `/logout`. Browsers alone use them. */
export function registerLoginRoutes(app: FastifyInstance, deps: LoginRoutesDeps): void {
  registerProviderRoutes(app, deps);
  registerLinkRoute(app, deps);
  registerLogoutRoute(app, deps);
}

function movedTo(description: string): object {
  return { 303: { description, type: 'null' }, ...problems('NotFound') };
}

function registerProviderRoutes(app: FastifyInstance, { flow }: LoginRoutesDeps): void {
  app.route<{ Params: { provider: string }; Querystring: { return_to?: string; moved?: string } }>({
    method: 'GET',
    url: '/auth/:provider/start',
    config: EVERYONE,
    schema: {
      tags: TAGS,
      security: [],
      summary: 'Log in with a provider',
      params: PARAMS,
      querystring: {
        type: 'object',
        properties: {
          return_to: { description: 'Path to go to after the login.', type: 'string', maxLength: 2048 },
          moved: { description: 'Set by a redirect to the public URL.', type: 'string', maxLength: 8 },
        },
      },
      response: movedTo('To the provider.'),
    },
    handler: (request, reply) => {
      const { return_to: returnTo, moved: isMoved } = request.query;
      return flow.start(request, reply, {
        provider: request.params.provider,
        returnTo,
        isMoved: isMoved !== undefined,
      });
    },
  });

  app.route<{ Params: { provider: string } }>({
    method: 'GET',
    url: '/auth/:provider/callback',
    config: EVERYONE,
    schema: {
      tags: TAGS,
      security: [],
      summary: 'Where a provider sends the browser back to',
      params: PARAMS,
      response: movedTo('To the page that the person was going to, or to `/login?problem=<code>`.'),
    },
    handler: (request, reply) => flow.finish(request, reply, request.params.provider),
  });
}

function registerLinkRoute(app: FastifyInstance, { flow, origins }: LoginRoutesDeps): void {
  app.route<{ Body: { token: string } }>({
    method: 'POST',
    url: '/login/link',
    config: { ...EVERYONE, form: true },
    schema: {
      tags: TAGS,
      security: [],
      summary: 'Use a one-time link of the admin of the machine',
      body: { type: 'object', required: ['token'], properties: { token: { type: 'string', maxLength: 64 } } },
      response: movedTo('To the first page, or to `/login?problem=LinkNotGood`.'),
    },
    handler: async (request, reply) => {
      requireOwnPage(request, origins);
      return flow.useLink(request, reply, request.body.token);
    },
  });
}

function registerLogoutRoute(app: FastifyInstance, { flow }: LoginRoutesDeps): void {
  app.route({
    method: 'POST',
    url: '/logout',
    config: { audience: 'people', page: true, form: true },
    schema: {
      tags: TAGS,
      summary: 'Log out',
      response: {
        ...movedTo('To the login page.'),
        200: {
          description: 'A page that leads on to the provider.',
          content: { 'text/html': { schema: { type: 'string' } } },
        },
      },
    },
    handler: async (request, reply) => {
      const elsewhere = await flow.logOut(request, reply);
      return elsewhere ? sendOn(reply, elsewhere) : reply.redirect('/login', 303);
    },
  });
}

/**
 * Sends a browser to another site after a form.
 *
 * By a page and not by a redirect: `form-action 'self'` of the page with the form holds for redirects of its answer too.
 */
function sendOn(reply: FastifyReply, url: URL): FastifyReply {
  const href = url.href.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return reply
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Logged out</title>` +
        `<meta http-equiv="refresh" content="0;url=${href}">` +
        `<p>You are logged out here. <a href="${href}">Log out at the identity provider too</a>.</p></html>`,
    );
}
