import type { FastifyInstance } from 'fastify';
import { registerAssetRoutes } from './assets/asset-routes.ts';
import { createMarkdownRenderer } from './html/markdown.ts';
import { PAGE, seeOther } from './page-route.ts';
import { PageWriter } from './page-writer.ts';
import type { PagesDeps } from './pages-deps.ts';
import { registerAgentPages } from './routes/agent-pages.ts';
import { registerDevicePages } from './routes/device-pages.ts';
import { registerEnrollmentPages } from './routes/enrollment-pages.ts';
import { registerInvestigationPages } from './routes/investigation-pages.ts';
import { registerLoginPages } from './routes/login-pages.ts';
import { registerNewInvestigationPages } from './routes/new-investigation-pages.ts';
import { registerSessionPages } from './routes/session-pages.ts';
import { docsView } from './views/docs-view.ts';

/** The pages of people: written on the server, whole without scripts, and never with more rights than their reader. */
export function registerPages(app: FastifyInstance, deps: PagesDeps): void {
  const shared = { ...deps, writer: new PageWriter(deps), renderPlan: createMarkdownRenderer() };
  registerAssetRoutes(app, deps);
  app.route({
    method: 'GET',
    url: '/',
    config: PAGE,
    schema: { hide: true },
    handler: async (_request, reply) => seeOther(reply, '/investigations'),
  });
  registerLoginPages(app, shared);
  registerNewInvestigationPages(app, shared);
  registerInvestigationPages(app, shared);
  registerAgentPages(app, shared);
  registerDevicePages(app, shared);
  registerEnrollmentPages(app, shared);
  registerSessionPages(app, shared);
  app.route({
    method: 'GET',
    url: '/docs',
    config: PAGE,
    schema: { hide: true },
    handler: async (request, reply) =>
      shared.writer.send(request, reply, () => ({
        title: 'The REST API',
        section: 'docs',
        body: docsView(),
        styles: ['swagger-ui.css'],
        classicScripts: ['swagger-ui-bundle.js'],
        scripts: ['docs.js'],
        hasDataImages: true,
        hasForeignMain: true,
      })),
  });
}
