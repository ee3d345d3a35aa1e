import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Gate } from './gate.ts';
import { ApiError } from './api-error.ts';
import { problems } from './schemas.ts';

/** What {@link registerSystemRoutes} needs. */
export interface SystemRoutesDeps {
  gate: Gate;
  registry: Registry;
  /** What keeps this replica from serving, in words; empty when it is ready. */
  notReady(): string[];
}

/** `/healthz`, `/readyz`, `/metrics` and `/openapi.json`. */
export function registerSystemRoutes(app: FastifyInstance, deps: SystemRoutesDeps): void {
  const tags = ['system'];
  const text = (description: string) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } });

  app.route({
    method: 'GET',
    url: '/healthz',
    config: { audience: 'everyone', rate: 'none' },
    schema: { tags, security: [], summary: 'Whether the process lives', response: { 200: text('ok') } },
    handler: async (_request, reply) => reply.type('text/plain').send('ok\n'),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { audience: 'everyone', rate: 'none' },
    schema: {
      tags,
      security: [],
      summary: 'Whether this replica has the state it serves from',
      response: { 200: text('ok'), ...problems() },
    },
    handler: async (_request, reply) => {
      const missing = deps.notReady();
      if (missing.length === 0) return reply.type('text/plain').send('ok\n');
      throw new ApiError('Unavailable', `Not ready: ${missing.join(', ')}`, { retryAfterSeconds: 1 });
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { audience: 'people' },
    schema: { tags, summary: 'Prometheus metrics', response: { 200: text('Prometheus text format'), ...problems() } },
    handler: async (request, reply) => {
      await deps.gate.admit(request, { verb: 'get', resource: 'metrics' });
      return reply.type(deps.registry.contentType).send(await deps.registry.metrics());
    },
  });

  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { audience: 'people' },
    schema: {
      tags,
      summary: 'This document',
      response: { 200: { description: 'OpenAPI 3.1', type: 'object', additionalProperties: true }, ...problems() },
    },
    handler: async () => app.swagger(),
  });
}
