import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { targetOf } from '../../audit/audit.ts';
import { NAME_SCHEMA } from '../../http/schemas.ts';
import { readRange } from '../../investigations/evidence-text.ts';
import { deriveRunEvents, stepOf, verdictEvent } from '../../investigations/run-events.ts';
import { listRunTasks } from '../../investigations/run-tasks.ts';
import { evidenceID } from '@nannyapi/protocol';
import type { Html } from '../html/html.ts';
import { path } from '../html/html.ts';
import { noticeOf } from '../notices.ts';
import {
  CONTINUE,
  DONE,
  FORM,
  namespaceOfList,
  ONE_OBJECT,
  OPTIONAL_NAME,
  PAGE,
  querySchema,
  SEARCH,
  seeOther,
  type OneObject,
} from '../page-route.ts';
import type { PageWriter } from '../page-writer.ts';
import type { PagesDeps } from '../pages-deps.ts';
import { evidenceView } from '../views/evidence-view.ts';
import { investigationView, type InvestigationPage } from '../views/investigation-view.ts';
import { investigationsView, PHASES } from '../views/investigations-view.ts';
import { withQuery } from '../views/pager.ts';

/** What {@link registerInvestigationPages} needs. */
export interface InvestigationPagesDeps extends Pick<
  PagesDeps,
  'client' | 'gate' | 'investigations' | 'evidence' | 'progress' | 'agentNamespace'
> {
  writer: PageWriter;
  renderPlan: (markdown: string) => Html;
}

interface ListQuery {
  namespace?: string;
  phase?: string;
  agent?: string;
  search?: string;
  continue?: string;
  done?: string;
}

const resource = 'investigations';
const PAGE_SIZE = 200;
/** Most of a text that a page shows, in bytes; the plain text has no bound. */
const MAX_TEXT_BYTES = 512 * 1024;

/** Runs: all of them, one of them, and what its machine said. */
export function registerInvestigationPages(app: FastifyInstance, deps: InvestigationPagesDeps): void {
  registerList(app, deps);
  registerOne(app, deps);
  registerEvidence(app, deps);
  registerDeeds(app, deps);
}

function registerList(app: FastifyInstance, deps: InvestigationPagesDeps): void {
  app.route<{ Querystring: ListQuery }>({
    method: 'GET',
    url: '/investigations',
    config: PAGE,
    schema: querySchema({
      namespace: OPTIONAL_NAME,
      phase: { type: 'string', enum: ['', ...PHASES] },
      agent: OPTIONAL_NAME,
      search: SEARCH,
      continue: CONTINUE,
      done: DONE,
    }),
    handler: async (request, reply) => {
      const { done, ...asked } = request.query;
      const namespace = await namespaceOfList(deps.gate, request, {
        asked: asked.namespace,
        resource,
        usual: deps.agentNamespace,
      });
      const query = {
        namespace,
        search: asked.search || undefined,
        phase: asked.phase || undefined,
        agent: asked.agent || undefined,
        continue: asked.continue || undefined,
      };
      await deps.gate.admit(request, { verb: 'list', resource, namespace });
      const { items, continue: next } = await deps.investigations.list({ ...query, limit: PAGE_SIZE });
      const mayOpen = await deps.gate.may(request, {
        verb: 'create',
        resource,
        namespace: namespace ?? deps.agentNamespace,
      });
      return deps.writer.send(request, reply, (context) => ({
        title: 'Investigations',
        section: 'investigations',
        notice: noticeOf(done),
        body: investigationsView({ query, items, next, mayOpen }, context),
      }));
    },
  });
}

function registerOne(app: FastifyInstance, deps: InvestigationPagesDeps): void {
  app.route<{ Params: OneObject; Querystring: { done?: string } }>({
    method: 'GET',
    url: '/investigations/:namespace/:name',
    config: PAGE,
    schema: { ...ONE_OBJECT, ...querySchema({ done: DONE }) },
    handler: async (request, reply) => {
      const page = await pageOf(request, deps);
      return deps.writer.send(request, reply, (context) => ({
        title: page.investigation.spec.prompt.slice(0, 80),
        section: 'investigations',
        notice: noticeOf(request.query.done),
        scripts: ['timeline.js'],
        body: investigationView(page, context),
        width: 'reading',
      }));
    },
  });
}

async function pageOf(
  request: FastifyRequest<{ Params: OneObject }>,
  deps: InvestigationPagesDeps,
): Promise<InvestigationPage> {
  const { namespace, name } = request.params;
  const { gate, progress } = deps;
  await gate.admit(request, { verb: 'get', resource, namespace, name });
  const investigation = await deps.investigations.get(namespace, name);
  const tasks = await listRunTasks(deps.client, investigation);
  const verdict = verdictEvent(investigation);
  const events = deriveRunEvents({ investigation, tasks, progressOf: (uid) => progress.of(uid) });
  const ended = tasks.filter(({ status }) => status?.outcome !== undefined);
  const sources = tasks.flatMap((task) => {
    const id = (action: string): string => evidenceID(stepOf(task) ?? 0, action);
    return [
      ...(task.status?.results ?? []).map(({ actionID, source }) => [id(actionID), source] as const),
      ...(task.spec.clusterContext ?? []).map((item) => [id(item.id), item.source] as const),
    ];
  });
  return {
    investigation,
    events: verdict ? [...events, verdict] : events,
    endedSteps: new Set(ended.flatMap((task) => stepOf(task) ?? [])),
    sources: new Map(sources),
    renderPlan: deps.renderPlan,
    mayCancel: await gate.may(request, { verb: 'update', resource, namespace, name }),
    mayDelete: await gate.may(request, { verb: 'delete', resource, namespace, name }),
  };
}

function registerEvidence(
  app: FastifyInstance,
  { evidence, gate, investigations, writer }: InvestigationPagesDeps,
): void {
  app.route<{ Params: OneObject & { id: string }; Querystring: { quote?: string } }>({
    method: 'GET',
    url: '/investigations/:namespace/:name/evidence/:id',
    config: PAGE,
    schema: {
      hide: true,
      params: {
        type: 'object',
        properties: {
          namespace: NAME_SCHEMA,
          name: NAME_SCHEMA,
          id: { type: 'string', maxLength: 48, pattern: '^[a-z0-9-]+$' },
        },
      },
      ...querySchema({ quote: { type: 'string', maxLength: 1024 } }),
    },
    handler: async (request, reply) => {
      const { namespace, name, id } = request.params;
      await gate.admit(request, { verb: 'get', resource: 'evidence', namespace });
      const investigation = await investigations.get(namespace, name);
      const { pieces, sizeBytes } = await evidence.read(investigation, id);
      const endBytes = Math.min(sizeBytes, MAX_TEXT_BYTES);
      const text = Buffer.concat(await Array.fromAsync(readRange(pieces, { startBytes: 0, endBytes })));
      const item = (await evidence.list(investigation)).find((candidate) => candidate.id === id);
      const body = evidenceView({
        ...request.params,
        source: item?.source ?? '',
        outcome: item?.outcome ?? '',
        isTruncated: item?.truncated ?? false,
        text: text.toString('utf8'),
        sizeBytes,
        isWhole: endBytes === sizeBytes,
        quote: request.query.quote,
      });
      return writer.send(request, reply, () => ({ title: `Evidence ${id}`, section: 'investigations', body }));
    },
  });
}

function registerDeeds(app: FastifyInstance, { gate, investigations }: InvestigationPagesDeps): void {
  const deed = (
    url: string,
    act: (request: FastifyRequest<{ Params: OneObject }>, reply: FastifyReply) => Promise<FastifyReply>,
  ) => app.route<{ Params: OneObject }>({ method: 'POST', url, config: FORM, schema: ONE_OBJECT, handler: act });

  deed('/investigations/:namespace/:name/cancel', async (request, reply) => {
    const { namespace, name } = request.params;
    await gate.admit(request, { verb: 'update', resource, namespace, name });
    const cancelled = await investigations.cancel(namespace, name);
    gate.done(request, { action: 'CancelInvestigation', target: targetOf(cancelled) });
    return seeOther(reply, path`/investigations/${namespace}/${name}?done=cancelled`);
  });
  deed('/investigations/:namespace/:name/delete', async (request, reply) => {
    const { namespace, name } = request.params;
    await gate.admit(request, { verb: 'delete', resource, namespace, name });
    await investigations.delete(namespace, name);
    gate.done(request, { action: 'DeleteInvestigation', target: { kind: 'Investigation', namespace, name } });
    return seeOther(reply, withQuery('/investigations', { namespace, done: 'deleted' }));
  });
}
