import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from '../http/gate.ts';
import { MAX_LIMIT } from '../http/list-pages.ts';
import { listQuery, searchIn, type ListQuery } from '../http/list-schemas.ts';
import { NAME_SCHEMA, problems } from '../http/schemas.ts';
import { parseByteRange } from './byte-range.ts';
import type { EvidenceItem, EvidenceService, EvidenceText } from './evidence-service.ts';
import { pageOfItems } from './evidence-page.ts';
import { readRange } from './evidence-text.ts';
import { INVESTIGATIONS_PATH, ONE_INVESTIGATION } from './investigation-routes.ts';
import type { InvestigationService } from './investigation-service.ts';

/** What {@link registerEvidenceRoutes} needs. */
export interface EvidenceRoutesDeps {
  evidence: EvidenceService;
  gate: Gate;
  investigations: InvestigationService;
}

interface OneInvestigation {
  namespace: string;
  name: string;
}
interface EvidenceQuery extends Omit<ListQuery, 'labelSelector'> {
  outcome?: EvidenceItem['outcome'];
}

const tags = ['investigations'];
const config = { audience: 'people' } as const;
const PATH = `${INVESTIGATIONS_PATH}/:name/evidence`;

/** What the hosts of a run said: list, and read by id and byte range. */
export function registerEvidenceRoutes(app: FastifyInstance, deps: EvidenceRoutesDeps): void {
  registerList(app, deps);
  registerText(app, deps);
}

function registerList(app: FastifyInstance, { evidence, gate, investigations }: EvidenceRoutesDeps): void {
  app.route<{ Params: OneInvestigation; Querystring: EvidenceQuery }>({
    method: 'GET',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'List what the host said',
      params: ONE_INVESTIGATION,
      querystring: listQuery({
        limit: {
          description: `Most items in the page. Default: ${MAX_LIMIT}, more than a run of usual limits has.`,
          type: 'integer',
          minimum: 1,
          maximum: MAX_LIMIT,
        },
        search: searchIn('id or source'),
        outcome: { description: 'How the action ended.', type: 'string', minLength: 1, maxLength: 32 },
      }),
      response: { 200: EVIDENCE_LIST, ...problems('NotFound', 'BadRequest', 'ValidationFailed') },
    },
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'list', resource: 'evidence', namespace });
      const items = await evidence.list(await investigations.get(namespace, name));
      return pageOfItems(items, { ...request.query, limit: request.query.limit ?? MAX_LIMIT });
    },
  });
}

function registerText(app: FastifyInstance, { evidence, gate, investigations }: EvidenceRoutesDeps): void {
  app.route<{ Params: OneInvestigation & { id: string } }>({
    method: ['GET', 'HEAD'],
    url: `${PATH}/:id`,
    config,
    schema: {
      tags,
      summary: 'Read what the host said',
      headers: {
        type: 'object',
        properties: {
          range: { description: 'One byte range, e.g. bytes=0-1023.', type: 'string', maxLength: 64 },
          'if-range': {
            description: 'The ETag that the range is of; of another text all is sent.',
            type: 'string',
            maxLength: 128,
          },
          'if-none-match': { description: 'ETags of texts that are known.', type: 'string', maxLength: 1024 },
        },
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
        304: { description: 'The text is one of those that are known.', type: 'null' },
        ...problems('NotFound', 'RangeNotSatisfiable', 'ValidationFailed'),
      },
    },
    handler: async (request, reply) => {
      const { namespace, name, id } = request.params;
      await gate.admit(request, { verb: 'get', resource: 'evidence', namespace });
      return answerWith(await evidence.read(await investigations.get(namespace, name), id), request, reply);
    },
  });
}

/** Answers with a text or a part of it (RFC 9110 §13, §14). */
function answerWith(
  { pieces, sizeBytes, digest }: EvidenceText,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const etag = `"${digest}"`;
  const { range: wanted, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
  reply.headers({ 'accept-ranges': 'bytes', etag });
  if (ifNoneMatch !== undefined && isKnown(ifNoneMatch, etag)) return reply.code(304).send();
  const isRange = request.method === 'GET' && (ifRange === undefined || ifRange === etag);
  // Only a range that cannot be met needs this, and its answer is made elsewhere.
  reply.header('content-range', `bytes */${sizeBytes}`);
  const range = isRange ? parseByteRange(wanted, sizeBytes) : undefined;
  reply.removeHeader('content-range');
  const { startBytes, endBytes } = range ?? { startBytes: 0, endBytes: sizeBytes };
  if (range) reply.code(206).header('content-range', `bytes ${startBytes}-${endBytes - 1}/${sizeBytes}`);
  reply.type('text/plain; charset=utf-8').header('content-length', endBytes - startBytes);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(readRange(pieces, { startBytes, endBytes }), { objectMode: false }));
}

function isKnown(header: string, etag: string): boolean {
  return header.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()));
}

const EVIDENCE_LIST = {
  description: 'Items of the run, oldest first.',
  type: 'object',
  required: ['items', 'metadata'],
  properties: {
    metadata: {
      type: 'object',
      properties: { continue: { description: 'Where the next page starts; absent on the last one.', type: 'string' } },
    },
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
