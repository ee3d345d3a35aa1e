import type { FastifyInstance, FastifyRequest } from 'fastify';
import { targetOf } from '../../audit/audit.ts';
import type { Access } from '../../identity/authorizer.ts';
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
import { agentView, type AgentPage } from '../views/agent-view.ts';
import { AGENT_PHASES, agentsView } from '../views/agents-view.ts';
import { withQuery } from '../views/pager.ts';

/** What {@link registerAgentPages} needs. */
export interface AgentPagesDeps extends Pick<
  PagesDeps,
  'gate' | 'agents' | 'investigations' | 'credentials' | 'agentNamespace' | 'namespace'
> {
  writer: PageWriter;
}

const resource = 'agents';
const PAGE_SIZE = 100;
/** Runs of one host that its page shows. */
const RECENT_RUNS = 10;

/** Hosts: all of them, and one of them with what can be done to it. */
export function registerAgentPages(app: FastifyInstance, deps: AgentPagesDeps): void {
  registerList(app, deps);
  registerOne(app, deps);
  registerDeeds(app, deps);
}

function registerList(app: FastifyInstance, deps: AgentPagesDeps): void {
  const { agents, gate, writer } = deps;
  app.route<{ Querystring: { namespace?: string; search?: string; phase?: string; continue?: string; done?: string } }>(
    {
      method: 'GET',
      url: '/agents',
      config: PAGE,
      schema: querySchema({
        namespace: OPTIONAL_NAME,
        search: SEARCH,
        phase: { type: 'string', enum: ['', ...AGENT_PHASES] },
        continue: CONTINUE,
        done: DONE,
      }),
      handler: async (request, reply) => {
        const { done, ...asked } = request.query;
        const namespace = await namespaceOfList(gate, request, {
          asked: asked.namespace,
          resource,
          usual: deps.agentNamespace,
        });
        const query = {
          namespace,
          search: asked.search || undefined,
          phase: asked.phase || undefined,
          continue: asked.continue || undefined,
        };
        await gate.admit(request, { verb: 'list', resource, namespace });
        const { items, continue: next } = await agents.list({ ...query, limit: PAGE_SIZE });
        const mayEnrol = await gate.may(request, {
          verb: 'create',
          resource,
          namespace: namespace ?? deps.agentNamespace,
        });
        return writer.send(request, reply, (context) => ({
          title: 'Agents',
          section: 'agents',
          notice: noticeOf(done),
          body: agentsView({ query, items, next, mayEnrol }, context),
        }));
      },
    },
  );
}

function registerOne(app: FastifyInstance, deps: AgentPagesDeps): void {
  app.route<{ Params: OneObject; Querystring: { done?: string } }>({
    method: 'GET',
    url: '/agents/:namespace/:name',
    config: PAGE,
    schema: { ...ONE_OBJECT, ...querySchema({ done: DONE }) },
    handler: async (request, reply) => {
      const { namespace, name } = request.params;
      await deps.gate.admit(request, { verb: 'get', resource, namespace, name });
      const page = await pageOf(request, deps);
      return deps.writer.send(request, reply, (context) => ({
        title: name,
        section: 'agents',
        notice: noticeOf(request.query.done),
        body: agentView(page, context),
        width: 'reading',
      }));
    },
  });
}

async function pageOf(request: FastifyRequest<{ Params: OneObject }>, deps: AgentPagesDeps): Promise<AgentPage> {
  const { namespace, name } = request.params;
  const may = (access: Access): Promise<boolean> => deps.gate.may(request, access);
  const agent = await deps.agents.get(namespace, name);
  const seesRuns = await may({ verb: 'list', resource: 'investigations', namespace });
  const seesCredentials = await may({ verb: 'list', resource: 'agentcredentials', namespace: deps.namespace });
  return {
    agent,
    investigations: seesRuns
      ? (await deps.investigations.list({ namespace, agent: name, limit: RECENT_RUNS })).items
      : undefined,
    credentials: seesCredentials ? deps.credentials.of({ namespace, name }) : undefined,
    may: {
      investigate:
        (await may({ verb: 'create', resource: 'investigations', namespace })) &&
        (await may({ verb: 'investigate', resource, namespace, name })),
      change: await may({ verb: 'patch', resource, namespace, name }),
      delete: await may({ verb: 'delete', resource, namespace, name }),
      revoke: await may({ verb: 'update', resource, namespace, name }),
    },
  };
}

function registerDeeds(app: FastifyInstance, deps: AgentPagesDeps): void {
  const { agents, credentials, gate } = deps;
  const deed = (word: string, act: (request: FastifyRequest<{ Params: OneObject }>) => Promise<string>) =>
    app.route<{ Params: OneObject }>({
      method: 'POST',
      url: `/agents/:namespace/:name/${word}`,
      config: FORM,
      schema: ONE_OBJECT,
      handler: async (request, reply) => seeOther(reply, await act(request)),
    });

  for (const [word, access, done] of [
    ['disable', 'Revoked', 'disabled'],
    ['enable', 'Enabled', 'enabled'],
  ] as const)
    deed(word, async (request) => {
      const { namespace, name } = request.params;
      await gate.admit(request, { verb: 'patch', resource, namespace, name });
      const agent = await agents.change(namespace, name, { access });
      gate.done(request, { action: 'ChangeAgent', target: targetOf(agent), detail: `Access is ${access}` });
      return path`/agents/${namespace}/${name}?done=${done}`;
    });

  deed('revoke', async (request) => {
    const { namespace, name } = request.params;
    await gate.admit(request, { verb: 'update', resource, namespace, name });
    const agent = await agents.get(namespace, name);
    await credentials.revoke({ namespace, name });
    gate.done(request, { action: 'RevokeCredential', target: targetOf(agent) });
    return path`/agents/${namespace}/${name}?done=revoked`;
  });

  deed('delete', async (request) => {
    const { namespace, name } = request.params;
    await gate.admit(request, { verb: 'delete', resource, namespace, name });
    await agents.delete(namespace, name);
    gate.done(request, { action: 'DeleteAgent', target: { kind: 'Agent', namespace, name } });
    return withQuery('/agents', { namespace, done: 'deleted' });
  });
}
