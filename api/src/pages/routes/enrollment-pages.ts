import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { targetOf } from '../../audit/audit.ts';
import { issuedDeed } from '../../enrollment-tokens/issued-deed.ts';
import { ApiError } from '../../http/api-error.ts';
import { NAME_SCHEMA } from '../../http/schemas.ts';
import { faultsOf, fieldOf } from '../form-reading.ts';
import { noticeOf } from '../notices.ts';
import { CONTINUE, DONE, FORM, NAME, PAGE, querySchema, seeOther } from '../page-route.ts';
import { listWaitingDevices } from '../waiting-devices.ts';
import type { PageWriter } from '../page-writer.ts';
import type { PagesDeps } from '../pages-deps.ts';
import {
  enrollmentView,
  issuedTokenView,
  LIFETIMES,
  type EnrollmentPage,
  type TokenForm,
} from '../views/enrollment-view.ts';
import type { FieldErrors } from '../views/form-field.ts';

/** What {@link registerEnrollmentPages} needs. */
export interface EnrollmentPagesDeps extends Pick<
  PagesDeps,
  'client' | 'gate' | 'clock' | 'tokens' | 'enrollmentTokens' | 'install' | 'agentNamespace' | 'namespace'
> {
  writer: PageWriter;
}

const resource = 'enrollmenttokens';
const PAGE_SIZE = 50;
const FIELDS = ['description', 'agentNamespace', 'maxUses', 'expirationTime', 'allowedAddresses'];

/** How hosts are brought in. */
export function registerEnrollmentPages(app: FastifyInstance, deps: EnrollmentPagesDeps): void {
  const { gate, namespace, tokens } = deps;
  const empty: TokenForm = {
    description: '',
    namespace: deps.agentNamespace,
    maxUses: '1',
    hours: '24',
    addresses: '',
  };

  app.route<{ Querystring: { continue?: string; done?: string } }>({
    method: 'GET',
    url: '/enrollment',
    config: PAGE,
    schema: querySchema({ continue: CONTINUE, done: DONE }),
    handler: async (request, reply) => show(deps, request, reply, { form: empty, errors: {}, ...request.query }),
  });

  app.route({
    method: 'POST',
    url: '/enrollment/tokens',
    config: FORM,
    schema: { hide: true },
    handler: async (request, reply) => issue(deps, request, reply),
  });

  app.route<{ Params: { name: string } }>({
    method: 'POST',
    url: '/enrollment/tokens/:name/revoke',
    config: FORM,
    schema: { hide: true, params: { type: 'object', properties: { name: NAME_SCHEMA } } },
    handler: async (request, reply) => {
      const { name } = request.params;
      await gate.admit(request, { verb: 'patch', resource, namespace, name });
      const token = await tokens.revoke(name);
      gate.done(request, { action: 'RevokeEnrollmentToken', target: targetOf(token) });
      return seeOther(reply, '/enrollment?done=revoked');
    },
  });
}

async function issue(deps: EnrollmentPagesDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { gate, install, namespace, writer } = deps;
  const form = readForm(request);
  const by = await gate.admit(request, { verb: 'create', resource, namespace });
  const errors = faultsIn(form);
  if (Object.keys(errors).length > 0) return show(deps, request, reply.code(422), { form, errors });
  try {
    await gate.admit(request, { verb: 'create', resource: 'agents', namespace: form.namespace });
    const { token, object } = await deps.enrollmentTokens.issue({
      agentNamespace: form.namespace,
      maxUses: Number(form.maxUses),
      expirationTime: new Date(deps.clock.now().getTime() + Number(form.hours) * 3_600_000),
      allowedAddresses: form.addresses.split(/[\s,]+/).filter(Boolean),
      ...(form.description === '' ? {} : { description: form.description }),
      by,
    });
    gate.done(request, issuedDeed(object));
    return writer.send(request, reply.code(201), (context) => ({
      title: 'An install token',
      section: 'enrollment',
      body: issuedTokenView({ token, object, installCommand: install.withToken(token) }, context),
      width: 'reading',
    }));
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 422;
    return show(deps, request, reply.code(status), { form, ...faultsOf(error, FIELDS) });
  }
}

/** What would mean something else to whoever is asked next: a namespace that is none is all of them. */
function faultsIn({ namespace, maxUses, hours }: TokenForm): FieldErrors {
  return {
    ...(NAME.test(namespace) ? {} : { agentNamespace: 'Give a namespace: lower-case letters, digits and - only.' }),
    ...(/^\d{1,4}$/.test(maxUses) ? {} : { maxUses: 'Give a number from 1 to 1000.' }),
    ...(LIFETIMES.some(({ value }) => value === hours) ? {} : { hours: 'Choose one of the list.' }),
  };
}

interface Shown {
  form: TokenForm;
  errors: FieldErrors;
  problem?: string | undefined;
  continue?: string;
  done?: string;
}

async function show(
  deps: EnrollmentPagesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  page: Shown,
): Promise<FastifyReply> {
  const { gate, install, namespace, tokens, writer } = deps;
  const seesTokens = await gate.may(request, { verb: 'list', resource, namespace });
  const listed = seesTokens ? await tokens.list({ limit: PAGE_SIZE, continue: page.continue || undefined }) : undefined;
  const content: EnrollmentPage = {
    enrollCommand: install.withCode(),
    tokens: listed?.items,
    isFirst: !page.continue,
    next: listed?.continue,
    waiting: (await gate.may(request, { verb: 'list', resource: 'devicecodes', namespace }))
      ? await listWaitingDevices(deps)
      : undefined,
    mayIssue: await gate.may(request, { verb: 'create', resource, namespace }),
    mayRevoke: await gate.may(request, { verb: 'patch', resource, namespace }),
    form: page.form,
    errors: page.errors,
    problem: page.problem,
  };
  return writer.send(request, reply, (context) => ({
    title: 'Enrol hosts',
    section: 'enrollment',
    notice: noticeOf(page.done),
    body: enrollmentView(content, context),
    width: 'reading',
  }));
}

function readForm(request: FastifyRequest): TokenForm {
  const field = (name: string): string => fieldOf(request, name);
  return {
    description: field('description'),
    namespace: field('namespace'),
    maxUses: field('maxUses'),
    hours: field('hours'),
    addresses: field('addresses'),
  };
}
