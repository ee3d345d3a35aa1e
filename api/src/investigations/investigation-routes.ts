import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Gate } from '../http/gate.ts';
import { targetOf } from '../audit/audit.ts';
import {
  ALL_NAMESPACES,
  LABEL_SELECTOR,
  listOf,
  listQuery,
  nameOf,
  PAGE,
  searchIn,
  type AllNamespacesQuery,
  type ListQuery,
} from '../http/list-schemas.ts';
import { DEFAULT_NAMESPACE, kubeList, kubeObject, NAME_SCHEMA, problems } from '../http/schemas.ts';
import { NEW_INVESTIGATION } from './investigation-schema.ts';
import type { InvestigationService, NewInvestigation } from './investigation-service.ts';
import { targetAccess } from './target-access.ts';

/** What {@link registerInvestigationRoutes} needs. */
export interface InvestigationRoutesDeps {
  gate: Gate;
  investigations: InvestigationService;
}

/** Collection of the investigations of one namespace. */
export const INVESTIGATIONS_PATH = '/api/v1/namespaces/:namespace/investigations';
const SHORT_PATH = '/api/v1/investigations';

/** Largest body of a new investigation: prompt and context at their limits, in JSON escapes. */
const MAX_BODY_BYTES = 256 * 1024;

/** A namespace in the path, or none in the short form. */
interface InNamespace {
  namespace?: string;
}
interface OneInvestigation {
  namespace: string;
  name: string;
}
interface InvestigationsQuery extends ListQuery, AllNamespacesQuery {
  phase?: string;
  agent?: string;
  requestedBy?: string;
}

const tags = ['investigations'];
const config = { audience: 'people' } as const;
const resource = 'investigations';
/** Path parameters of one investigation. */
export const ONE_INVESTIGATION = { type: 'object', properties: { namespace: NAME_SCHEMA, name: NAME_SCHEMA } };
const object = kubeObject('Investigation', 'The Investigation.');

/** Create, list, get, cancel and delete. */
export function registerInvestigationRoutes(app: FastifyInstance, deps: InvestigationRoutesDeps): void {
  for (const path of [INVESTIGATIONS_PATH, SHORT_PATH]) {
    registerCreate(app, deps, path);
    registerList(app, deps, path);
  }
  registerItem(app, deps);
}

/** The two places of the collection differ in whether the path names a namespace. */
function collectionAt(path: string): { params: object; inWords: string } {
  if (path === SHORT_PATH) return { params: {}, inWords: ` in namespace ${DEFAULT_NAMESPACE}` };
  return { params: { params: { type: 'object', properties: { namespace: NAME_SCHEMA } } }, inWords: '' };
}

function registerCreate(app: FastifyInstance, deps: InvestigationRoutesDeps, path: string): void {
  const { gate, investigations } = deps;
  const { params, inWords } = collectionAt(path);

  app.route<{ Params: InNamespace; Body: NewInvestigation }>({
    method: 'POST',
    url: path,
    config,
    bodyLimit: MAX_BODY_BYTES,
    schema: {
      tags,
      summary: `Open an investigation${inWords}`,
      ...params,
      body: NEW_INVESTIGATION,
      response: {
        201: object,
        ...problems(
          'BadRequest',
          'ValidationFailed',
          'AlreadyExists',
          'NotFound',
          'BodyTooLarge',
          'UnsupportedMediaType',
        ),
      },
    },
    handler: async (request, reply) => {
      const { namespace = DEFAULT_NAMESPACE } = request.params;
      const by = await gate.admit(request, { verb: 'create', resource, namespace, name: request.body.name });
      for (const access of targetAccess(namespace, request.body)) await gate.admit(request, access);
      const opened = await investigations.open(namespace, request.body, by);
      gate.done(request, { action: 'OpenInvestigation', target: targetOf(opened) });
      const location = `/api/v1/namespaces/${namespace}/investigations/${opened.metadata.name}`;
      return reply.code(201).header('location', location).send(opened);
    },
  });
}

function registerList(app: FastifyInstance, deps: InvestigationRoutesDeps, path: string): void {
  const { gate, investigations } = deps;
  const { params, inWords } = collectionAt(path);
  const isShort = path === SHORT_PATH;
  app.route<{ Params: InNamespace; Querystring: InvestigationsQuery }>({
    method: 'GET',
    url: path,
    config,
    schema: {
      tags,
      summary: isShort ? `List investigations${inWords}, or in all` : 'List investigations',
      ...params,
      querystring: listQuery({ ...FILTERS, ...(isShort ? { allNamespaces: ALL_NAMESPACES } : {}) }),
      response: {
        200: kubeList('Investigation', PAGE),
        ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired'),
      },
    },
    handler: async (request) => {
      const { allNamespaces = false, ...filter } = request.query;
      const namespace = allNamespaces ? undefined : (request.params.namespace ?? DEFAULT_NAMESPACE);
      await gate.admit(request, { verb: 'list', resource, namespace });
      return listOf('Investigation', await investigations.list({ namespace, ...filter }));
    },
  });
}

const FILTERS = {
  labelSelector: LABEL_SELECTOR,
  search: searchIn('name, prompt or verdict'),
  phase: { type: 'string', enum: ['Pending', 'InProgress', 'Completed', 'Failed'] },
  agent: nameOf('Name of the agent in agentRef.'),
  requestedBy: { description: 'Who asked, as spec.requestedBy says it.', type: 'string', minLength: 1, maxLength: 512 },
};

function registerItem(app: FastifyInstance, { gate, investigations }: InvestigationRoutesDeps): void {
  const path = `${INVESTIGATIONS_PATH}/:name`;
  const described = (summary: string, response: object): Pick<RouteOptions, 'config' | 'schema'> => ({
    config,
    schema: {
      tags,
      summary,
      params: ONE_INVESTIGATION,
      response: { ...response, ...problems('NotFound', 'ValidationFailed') },
    },
  });

  app.route<{ Params: OneInvestigation }>({
    method: 'GET',
    url: path,
    ...described('Get an investigation', { 200: object }),
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'get', resource, namespace, name });
      return investigations.get(namespace, name);
    },
  });

  app.route<{ Params: OneInvestigation }>({
    method: 'POST',
    url: `${path}/cancel`,
    ...described('End a run; cannot be taken back', { 200: object }),
    handler: async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'update', resource, namespace, name });
      const cancelled = await investigations.cancel(namespace, name);
      gate.done(request, { action: 'CancelInvestigation', target: targetOf(cancelled) });
      return cancelled;
    },
  });

  app.route<{ Params: OneInvestigation }>({
    method: 'DELETE',
    url: path,
    ...described('Delete an investigation with its tasks and evidence', {
      204: { description: 'Gone.', type: 'null' },
    }),
    handler: async (request, reply) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'delete', resource, namespace, name });
      await investigations.delete(namespace, name);
      gate.done(request, { action: 'DeleteInvestigation', target: { kind: 'Investigation', namespace, name } });
      return reply.code(204).send();
    },
  });
}
