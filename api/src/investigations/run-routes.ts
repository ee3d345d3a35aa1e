import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '@nannyapi/process';
import type { TaskCache } from '../agent-protocol/task-cache.ts';
import type { Gate } from '../http/gate.ts';
import { waitForCache } from '../http/wait-for-cache.ts';
import { eventStream, NAME_SCHEMA, problems } from '../http/schemas.ts';
import { headersOf } from '../http/security-headers.ts';
import type { OpenStreams } from '../streams/open-streams.ts';
import { SseStream } from '../streams/sse-stream.ts';
import { parseByteRange } from './byte-range.ts';
import type { EvidenceService } from './evidence-service.ts';
import { readRange } from './evidence-text.ts';
import type { FollowService } from './follow-service.ts';
import { INVESTIGATIONS_PATH, ONE_INVESTIGATION } from './investigation-routes.ts';
import type { InvestigationService } from './investigation-service.ts';

/** What {@link registerRunRoutes} needs. */
export interface RunRoutesDeps {
  cache: TaskCache;
  clock: Clock;
  evidence: EvidenceService;
  follow: FollowService;
  gate: Gate;
  investigations: InvestigationService;
  streams: OpenStreams;
}

interface OneInvestigation {
  namespace: string;
  name: string;
}

const tags = ['investigations'];
const config = { audience: 'people' } as const;
const PATH = `${INVESTIGATIONS_PATH}/:name`;

/** Follow a run, and read what its host said. */
export function registerRunRoutes(app: FastifyInstance, deps: RunRoutesDeps): void {
  registerEvents(app, deps);
  registerEvidence(app, deps);
}

function registerEvents(app: FastifyInstance, deps: RunRoutesDeps): void {
  app.route<{ Params: OneInvestigation }>({
    method: 'GET',
    url: `${PATH}/events`,
    config,
    schema: {
      tags,
      summary: 'Follow a run',
      description:
        'Server-sent events accepted, waiting, step, action-started, action-ended, step-ended, finding, ' +
        'and at the end verdict or deleted. Begins with all that happened so far; ping in between.',
      params: ONE_INVESTIGATION,
      response: {
        200: eventStream('Events until the run is over.'),
        ...problems('NotFound', 'TooManyRequests', 'ValidationFailed'),
      },
    },
    handler: async (request, reply) => {
      const { namespace, name } = request.params;
      await deps.gate.admit(request, { verb: 'watch', resource: 'investigations', namespace, name });
      const investigation = await deps.investigations.get(namespace, name);
      await waitForCache(deps.cache.informer, deps.clock);
      deps.streams.refuseWhenClosing();
      deps.follow.refuseWhenFull();
      reply.hijack();
      const stream = new SseStream(reply.raw, { headers: headersOf(reply) });
      deps.streams.add(stream, request.authentication?.recheck);
      deps.follow.follow(investigation, stream);
    },
  });
}

function registerEvidence(app: FastifyInstance, { evidence, gate, investigations }: RunRoutesDeps): void {
  app.route<{ Params: OneInvestigation }>({
    method: 'GET',
    url: `${PATH}/evidence`,
    config,
    schema: {
      tags,
      summary: 'List what the host said',
      params: ONE_INVESTIGATION,
      response: { 200: EVIDENCE_LIST, ...problems('NotFound', 'ValidationFailed') },
    },
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'list', resource: 'evidence', namespace });
      return { items: await evidence.list(await investigations.get(namespace, name)) };
    },
  });

  app.route<{ Params: OneInvestigation & { id: string } }>({
    method: 'GET',
    url: `${PATH}/evidence/:id`,
    config,
    schema: {
      tags,
      summary: 'Read what the host said',
      headers: {
        type: 'object',
        properties: { range: { description: 'One byte range, e.g. bytes=0-1023.', type: 'string', maxLength: 64 } },
      },
      params: {
        type: 'object',
        properties: {
          ...ONE_INVESTIGATION.properties,
          id: { description: 's<step>-<action>', type: 'string', maxLength: 48, pattern: '^[a-z0-9-]+$' },
        },
      },
      response: {
        200: { description: 'The text, whole.', content: { 'text/plain': { schema: { type: 'string' } } } },
        206: { description: 'The range.', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...problems('NotFound', 'RangeNotSatisfiable', 'ValidationFailed'),
      },
    },
    handler: async (request, reply) => {
      const { namespace, name, id } = request.params;
      await gate.admit(request, { verb: 'get', resource: 'evidence', namespace });
      const { pieces, sizeBytes, digest } = await evidence.read(await investigations.get(namespace, name), id);
      reply.headers({ 'accept-ranges': 'bytes', ...(digest ? { etag: `"${digest}"` } : {}) });
      // Only a range that cannot be met needs this, and its answer is made elsewhere.
      reply.header('content-range', `bytes */${sizeBytes}`);
      const range = parseByteRange(request.headers.range, sizeBytes);
      reply.removeHeader('content-range');
      const { startBytes, endBytes } = range ?? { startBytes: 0, endBytes: sizeBytes };
      if (range) reply.code(206).header('content-range', `bytes ${startBytes}-${endBytes - 1}/${sizeBytes}`);
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-length', endBytes - startBytes)
        .send(Readable.from(readRange(pieces, { startBytes, endBytes }), { objectMode: false }));
    },
  });
}

const EVIDENCE_LIST = {
  description: 'All items of the run, oldest first.',
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'source', 'outcome', 'bytes', 'truncated'],
        properties: {
          id: { description: 'As verdicts cite it.', ...NAME_SCHEMA },
          source: { type: 'string' },
          outcome: { type: 'string' },
          bytes: { type: 'integer' },
          truncated: { type: 'boolean' },
        },
      },
    },
  },
};
