import type { FastifyInstance, FastifyRequest, FastifyReply } from 'fastify';
import { callingPerson } from '../../http/gate.ts';
import { ApiError } from '../../http/api-error.ts';
import type { PendingDevice, UserCodeEntry } from '../../oauth/device-approval.ts';
import { path } from '../html/html.ts';
import { faultsOf, fieldOf } from '../form-reading.ts';
import { noticeOf } from '../notices.ts';
import { DONE, FORM, NAME, PAGE, querySchema, seeOther } from '../page-route.ts';
import type { PageWriter } from '../page-writer.ts';
import type { PagesDeps } from '../pages-deps.ts';
import { deviceCodeView, deviceDecisionView, type DeviceDecisionPage } from '../views/device-view.ts';

/** What {@link registerDevicePages} needs. */
export interface DevicePagesDeps extends Pick<PagesDeps, 'approval' | 'agents' | 'gate' | 'agentNamespace'> {
  writer: PageWriter;
}

/** The same words for a code that is wrong, that ended and that was decided on: nothing is learnt by guessing. */
const NOT_GOOD = 'Nothing waits under this code. It may be mistyped, have expired, or be decided on already.';
/** What a code may look like; anything else in a link is not shown. */
const CODE = /^[A-Za-z]{4}[- ]?[A-Za-z]{4}$/;
const FIELDS = ['name', 'namespace'];

/** Where a person lets a host or a command line in, or keeps it out (RFC 8628 §3.3). */
export function registerDevicePages(app: FastifyInstance, deps: DevicePagesDeps): void {
  const desk = new DeviceDesk(deps);
  app.route<{ Querystring: { user_code?: string; done?: string } }>({
    method: 'GET',
    url: '/device',
    config: PAGE,
    schema: querySchema({ user_code: { type: 'string', maxLength: 64 }, done: DONE }),
    handler: async (request, reply) => {
      const { user_code: code = '', done } = request.query;
      return desk.askForCode(request, reply, { linkedCode: CODE.test(code) ? code : undefined, done });
    },
  });
  app.route({
    method: 'POST',
    url: '/device',
    config: FORM,
    schema: { hide: true },
    handler: async (request, reply) => desk.look(request, reply),
  });
  app.route({
    method: 'POST',
    url: '/device/decision',
    config: FORM,
    schema: { hide: true },
    handler: async (request, reply) => {
      const decision = fieldOf(request, 'decision');
      if (decision === 'approve') return desk.approve(request, reply);
      if (decision === 'deny') return desk.deny(request, reply);
      throw new ApiError('BadRequest', 'decision must be approve or deny');
    },
  });
}

/** What is done with codes, and the pages that follow. */
class DeviceDesk {
  readonly #deps: DevicePagesDeps;

  constructor(deps: DevicePagesDeps) {
    this.#deps = deps;
  }

  askForCode(
    request: FastifyRequest,
    reply: FastifyReply,
    page: { linkedCode?: string | undefined; problem?: string | undefined; done?: string | undefined },
  ): FastifyReply {
    const { linkedCode, problem, done } = page;
    return this.#deps.writer.send(request, reply, (context) => ({
      title: 'Let a device in',
      section: 'enrollment',
      notice: noticeOf(done),
      body: deviceCodeView({ linkedCode, problem }, context),
      width: 'narrow',
    }));
  }

  async look(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const entry = entryOf(request);
    const device = await this.#deps.approval.find(entry);
    if (!device) return this.#refuseCode(request, reply);
    const form = { namespace: this.#deps.agentNamespace, name: proposedName(device) };
    return this.#askForDecision(request, reply, { device, userCode: entry.userCode, form, errors: {} });
  }

  async deny(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const isDenied = await this.#deps.approval.deny(entryOf(request));
    return isDenied ? seeOther(reply, '/device?done=denied') : this.#refuseCode(request, reply);
  }

  async approve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { approval } = this.#deps;
    const entry = entryOf(request);
    const form = { namespace: fieldOf(request, 'namespace'), name: fieldOf(request, 'name') };
    // The box was ticked for one name; for another that was typed afterwards it means nothing.
    const replacesKey = fieldOf(request, 'replaces_key') === `${form.namespace}/${form.name}`;
    try {
      const approved = await approval.approve({ ...entry, ...form, replacesKey });
      if (!approved) return this.#refuseCode(request, reply);
      const { agent } = approved;
      if (!agent) return seeOther(reply, '/device?done=command-line');
      return seeOther(reply, path`/agents/${agent.namespace}/${agent.name}?done=enrolled`);
    } catch (error) {
      const { errors, problem } = faultsOf(error, FIELDS);
      const device = await approval.find(entry);
      if (!device) return this.#refuseCode(request, reply);
      reply.code(error instanceof ApiError ? error.status : 409);
      return this.#askForDecision(request, reply, { device, userCode: entry.userCode, form, errors, problem });
    }
  }

  #refuseCode(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return this.askForCode(request, reply.code(404), { problem: NOT_GOOD });
  }

  async #askForDecision(
    request: FastifyRequest,
    reply: FastifyReply,
    page: Omit<DeviceDecisionPage, 'replaces'>,
  ): Promise<FastifyReply> {
    const replaces = page.device.client === 'Agent' && (await agentExists(request, this.#deps, page.form));
    return this.#deps.writer.send(request, reply, (context) => ({
      title: 'Let a device in',
      section: 'enrollment',
      body: deviceDecisionView({ ...page, replaces }, context),
      width: 'narrow',
    }));
  }
}

function entryOf(request: FastifyRequest): UserCodeEntry {
  return { userCode: fieldOf(request, 'user_code'), by: callingPerson(request), address: request.ip };
}

/** The name that the host asks for or has, as far as it can be the name of an object. */
function proposedName({ requestedName, hostname }: PendingDevice): string {
  return (requestedName ?? hostname?.split('.')[0] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
}

/** For whom may see it; everyone else is told when they approve. */
async function agentExists(
  request: FastifyRequest,
  { agents, gate }: DevicePagesDeps,
  { namespace, name }: { namespace: string; name: string },
): Promise<boolean> {
  if (!NAME.test(namespace) || !NAME.test(name)) return false;
  if (!(await gate.may(request, { verb: 'get', resource: 'agents', namespace, name }))) return false;
  try {
    await agents.get(namespace, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 404) return false;
    throw error;
  }
}
