import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { targetOf } from '../../audit/audit.ts';
import { ApiError } from '../../http/api-error.ts';
import type { NewInvestigation } from '../../investigations/investigation-service.ts';
import { targetAccess } from '../../investigations/target-access.ts';
import { path } from '../html/html.ts';
import { faultsOf, fieldOf } from '../form-reading.ts';
import { FORM, NAME, OPTIONAL_NAME, PAGE, querySchema, requireRight, seeOther } from '../page-route.ts';
import type { PageWriter } from '../page-writer.ts';
import type { PagesDeps } from '../pages-deps.ts';
import type { PageContent, PageContext } from '../views/layout.ts';
import type { FieldErrors } from '../views/form-field.ts';
import {
  newInvestigationView,
  PRIORITIES,
  PROMPT_LENGTH,
  TARGETS,
  type NewInvestigationForm,
  type NewInvestigationPage,
} from '../views/new-investigation-view.ts';

/** What {@link registerNewInvestigationPages} needs. */
export interface NewInvestigationPagesDeps extends Pick<
  PagesDeps,
  'gate' | 'investigations' | 'agents' | 'agentNamespace'
> {
  writer: PageWriter;
}

type Target = Pick<NewInvestigation, 'agentRef' | 'nodeName' | 'podRef'>;

const URL = '/investigations/new';
/** Agents that are proposed. */
const MAX_PROPOSALS = 100;

/** Asks a question. */
export function registerNewInvestigationPages(app: FastifyInstance, deps: NewInvestigationPagesDeps): void {
  const { gate, writer } = deps;
  app.route<{ Querystring: { namespace?: string; agent?: string } }>({
    method: 'GET',
    url: URL,
    config: PAGE,
    schema: querySchema({ namespace: OPTIONAL_NAME, agent: OPTIONAL_NAME }),
    handler: async (request, reply) => {
      const namespace = request.query.namespace || deps.agentNamespace;
      await requireRight(gate, request, { verb: 'create', resource: 'investigations', namespace });
      const agents = await proposals(request, deps, namespace);
      // Where there is one machine nobody need say which.
      const name = request.query.agent || (agents.length === 1 ? (agents[0] ?? '') : '');
      const form = { namespace, target: 'agent', name, prompt: '', priority: 'Medium' };
      return writer.send(request, reply, contentOf({ form, errors: {}, agents }));
    },
  });

  app.route({
    method: 'POST',
    url: URL,
    config: FORM,
    bodyLimit: 64 * 1024,
    schema: { hide: true },
    handler: async (request, reply) => open(request, reply, deps),
  });
}

async function open(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: NewInvestigationPagesDeps,
): Promise<FastifyReply> {
  const { gate, investigations } = deps;
  const form = readForm(request);
  const refuse = async (status: number, page: Omit<NewInvestigationPage, 'agents' | 'form'>): Promise<FastifyReply> => {
    const namespace = NAME.test(form.namespace) ? form.namespace : deps.agentNamespace;
    const agents = await proposals(request, deps, namespace);
    return deps.writer.send(request, reply.code(status), contentOf({ ...page, form, agents }));
  };
  const errors = faultsIn(form);
  if (Object.keys(errors).length > 0) return refuse(422, { errors });
  try {
    const { namespace, prompt } = form;
    const priority = PRIORITIES.find((known) => known === form.priority) ?? 'Medium';
    const body = { prompt, priority, ...targetOfForm(form) };
    const by = await gate.admit(request, { verb: 'create', resource: 'investigations', namespace });
    for (const access of targetAccess(namespace, body)) await gate.admit(request, access);
    const opened = await investigations.open(namespace, body, by);
    gate.done(request, { action: 'OpenInvestigation', target: targetOf(opened) });
    return seeOther(reply, path`/investigations/${namespace}/${opened.metadata.name ?? ''}`);
  } catch (error) {
    return refuse(error instanceof ApiError ? error.status : 422, faultsOf(error, ['prompt', 'priority']));
  }
}

function contentOf(page: NewInvestigationPage): (context: PageContext) => PageContent {
  return (context) => ({
    title: 'Ask a question',
    section: 'investigations',
    body: newInvestigationView(page, context),
    width: 'narrow',
  });
}

function readForm(request: FastifyRequest): NewInvestigationForm {
  const field = (name: string): string => fieldOf(request, name);
  return {
    namespace: field('namespace'),
    target: field('target') || 'agent',
    name: field('name'),
    prompt: field('prompt'),
    priority: field('priority'),
  };
}

function faultsIn({ namespace, target, name, prompt }: NewInvestigationForm): FieldErrors {
  const { min, max } = PROMPT_LENGTH;
  const errors: Record<string, string> = {};
  const length = Array.from(prompt).length;
  if (length < min || length > max) errors['prompt'] = `It must have ${min} to ${max} characters, not ${length}.`;
  if (prompt.includes('\0')) errors['prompt'] = 'It must not hold a NUL character.';
  if (!TARGETS.some((known) => known === target)) errors['target'] = 'Choose one of the list.';
  if (!NAME.test(name)) errors['name'] = 'Give a name: lower-case letters, digits, - and . only.';
  if (!NAME.test(namespace)) errors['namespace'] = 'Give a namespace: lower-case letters, digits and - only.';
  return errors;
}

function targetOfForm({ target, name }: NewInvestigationForm): Target {
  if (target === 'node') return { nodeName: name };
  return target === 'pod' ? { podRef: { name } } : { agentRef: { name } };
}

/** Names to choose from, for whom may see them. */
async function proposals(
  request: FastifyRequest,
  { gate, agents }: NewInvestigationPagesDeps,
  namespace: string,
): Promise<string[]> {
  if (!(await gate.may(request, { verb: 'list', resource: 'agents', namespace }))) return [];
  const { items } = await agents.list({ namespace, limit: MAX_PROPOSALS });
  return items.flatMap(({ metadata }) => metadata.name ?? []);
}
