import swagger from '@fastify/swagger';
import { wireSchemas } from '@nannyapi/protocol';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { PROBLEM_SCHEMA, problems } from './schemas.ts';

/** Has every route that is registered after it described in one OpenAPI document. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  app.addSchema(PROBLEM_SCHEMA);
  for (const event of [wireSchemas.HELLO, wireSchemas.TASK, wireSchemas.CANCEL])
    app.addSchema({ $id: event.title, ...event });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'NannyAPI',
        version: 'v1alpha1',
        description:
          'The facade of the NannyAPI control plane: investigations for people, tasks for agents. ' +
          'Objects are those of the Kubernetes API group nannyai.dev.',
      },
      tags: [
        { name: 'investigations', description: 'For people: ask, follow, read the proof.' },
        { name: 'agents', description: 'For people: which hosts there are.' },
        { name: 'enrolment', description: 'For people: letting hosts in, and out again.' },
        { name: 'people', description: 'For people: who has logged in, and where.' },
        { name: 'oauth', description: 'For hosts and command lines: how they come to a token (RFC 8628, 9449, 7009).' },
        { name: 'install', description: 'For hosts that are to get an agent: everything it takes, with checksums.' },
        { name: 'agent protocol', description: 'For agents only.' },
        { name: 'system', description: 'Health, metrics, this document.' },
      ],
      components: {
        securitySchemes: {
          bearer: {
            description: 'A token of a person, of the cluster, or of a node agent.',
            type: 'http',
            scheme: 'bearer',
          },
          session: {
            description: 'The login of a browser. Every change needs the header x-csrf-token, or the form field csrf.',
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-nannyapi',
          },
          dpop: {
            description: 'An access token of an enrolled host, with a proof in the header DPoP (RFC 9449).',
            type: 'http',
            scheme: 'dpop',
          },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      const isPage = route.config?.page === true;
      if (isPage) return { url, schema: withProblemPages(withRefusals(schema)) };
      if (url.startsWith('/agent/')) return { url, schema: { ...withRefusals(schema), security: AGENT_SECURITY } };
      return { url, schema: url.startsWith('/api/') ? withRefusals(schema) : schema };
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `def-${index}`,
    },
  });
}

/** Agents of nodes have a token of their cluster, and those of enrolled hosts one that is bound to their key. */
const AGENT_SECURITY = [{ bearer: [] }, { dpop: [] }];

/** With what every route refuses whose parameters or body have a schema, so that none can forget to say it. */
function withRefusals(schema: FastifySchema): FastifySchema {
  const { body, headers, params, querystring, response } = schema;
  const refusals = {
    ...((body ?? headers ?? params ?? querystring) ? problems('ValidationFailed') : {}),
    ...(body ? problems('BodyTooLarge', 'UnsupportedMediaType') : {}),
  };
  return { ...schema, response: { ...refusals, ...(response as object | undefined) } };
}

/** Failures of pages are pages, too. */
function withProblemPages(schema: FastifySchema): FastifySchema {
  const { response } = schema as { response?: Record<string, { content?: object }> };
  if (!response) return schema;
  const pages = Object.entries(response).map(([status, answer]) => {
    const isProblem = answer.content !== undefined && 'application/problem+json' in answer.content;
    const content = { ...answer.content, 'text/html': { schema: { type: 'string' } } };
    return [status, isProblem ? { ...answer, content } : answer];
  });
  return { ...schema, response: Object.fromEntries(pages) };
}
