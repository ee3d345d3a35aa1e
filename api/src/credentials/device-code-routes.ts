import { DeviceCodeResource, type DeviceCode } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import { callingPerson, type Gate } from '../http/gate.ts';
import { holdsText, listPage } from '../http/list-pages.ts';
import { listOf, listQuery, PAGE, searchIn, type ListQuery } from '../http/list-schemas.ts';
import { kubeList, problems } from '../http/schemas.ts';
import { withoutHashes } from '../http/without-hashes.ts';
import type { DeviceApproval, UserCodeEntry } from '../oauth/device-approval.ts';
import {
  APPROVED_DEVICE,
  DEVICE_DECISION,
  PENDING_DEVICE,
  USER_CODE,
  type DeviceDecision,
} from './device-code-schema.ts';

/** What {@link registerDeviceCodeRoutes} needs. */
export interface DeviceCodeRoutesDeps {
  approval: DeviceApproval;
  client: KubeClient;
  clock: Clock;
  gate: Gate;
  /** Namespace of the release, in which codes are. */
  namespace: string;
}

const PATH = '/api/v1/device-codes';
const tags = ['enrolment'];
const config = { audience: 'people' } as const;
const FAILURES = problems(
  'NotFound',
  'BadRequest',
  'ValidationFailed',
  'TooManyRequests',
  'BodyTooLarge',
  'UnsupportedMediaType',
);

interface CodesQuery extends Omit<ListQuery, 'labelSelector'> {
  client?: string;
}

/**
 * The REST twin of the page `/device`: list what waits, look at what waits under a code, approve, deny.
 *
 * Rights over agents are asked for where it is decided, in `DeviceApproval`; whoever has the code may look and deny.
 */
export function registerDeviceCodeRoutes(app: FastifyInstance, deps: DeviceCodeRoutesDeps): void {
  registerList(app, deps);
  registerFind(app, deps);
  registerApprove(app, deps);
  registerDeny(app, deps);
}

function registerList(app: FastifyInstance, { client, clock, gate, namespace }: DeviceCodeRoutesDeps): void {
  const codes = client.resource<DeviceCode>(DeviceCodeResource);
  app.route<{ Querystring: CodesQuery }>({
    method: 'GET',
    url: PATH,
    config,
    schema: {
      tags,
      summary: 'List devices that wait for a decision, without their codes',
      querystring: listQuery({
        search: searchIn('host name, wanted name, address or machine id'),
        client: { type: 'string', enum: ['Agent', 'CommandLine'] },
      }),
      response: { 200: kubeList('DeviceCode', PAGE), ...problems('ValidationFailed', 'BadRequest', 'ContinueExpired') },
    },
    handler: async (request) => {
      await gate.admit(request, { verb: 'list', resource: 'devicecodes', namespace });
      const { client: kind, search, ...query } = request.query;
      const nowMs = clock.now().getTime();
      const page = await listPage(codes, { ...query, namespace }, ({ spec, status }) => {
        if (status?.decision !== undefined || Date.parse(spec.expirationTime) <= nowMs) return false;
        if (kind !== undefined && spec.client !== kind) return false;
        return holdsText(search, [spec.hostname, spec.requestedName, spec.address, spec.machineID]);
      });
      return listOf('DeviceCode', { ...page, items: page.items.map(withoutHashes) });
    },
  });
}

function registerFind(app: FastifyInstance, { approval }: DeviceCodeRoutesDeps): void {
  app.route<{ Body: { userCode: string } }>({
    method: 'POST',
    url: `${PATH}/find`,
    config,
    schema: {
      tags,
      summary: 'Look at the device that waits under a user code',
      body: USER_CODE,
      response: { 200: PENDING_DEVICE, ...FAILURES },
    },
    handler: async (request) => {
      const device = await approval.find(entryOf(request, request.body.userCode));
      return found(device);
    },
  });
}

function registerApprove(app: FastifyInstance, { approval }: DeviceCodeRoutesDeps): void {
  app.route<{ Body: DeviceDecision }>({
    method: 'POST',
    url: `${PATH}/approve`,
    config,
    schema: {
      tags,
      summary: 'Let a device in',
      description:
        'A host becomes the Agent of that name; needs the right to create agents there, and to update that one if its ' +
        'key is replaced. A command line acts for you.',
      body: DEVICE_DECISION,
      response: { 200: APPROVED_DEVICE, ...FAILURES, ...problems('AlreadyExists') },
    },
    handler: async (request) => {
      const { userCode, ...decision } = request.body;
      return found(await approval.approve({ ...entryOf(request, userCode), ...decision }));
    },
  });
}

function registerDeny(app: FastifyInstance, { approval }: DeviceCodeRoutesDeps): void {
  app.route<{ Body: { userCode: string } }>({
    method: 'POST',
    url: `${PATH}/deny`,
    config,
    schema: {
      tags,
      summary: 'Refuse a device for good',
      body: USER_CODE,
      response: { 204: { description: 'Refused.', type: 'null' }, ...FAILURES },
    },
    handler: async (request, reply) => {
      const isDenied = await approval.deny(entryOf(request, request.body.userCode));
      found(isDenied ? true : undefined);
      return reply.code(204).send();
    },
  });
}

function entryOf(request: FastifyRequest, userCode: string): UserCodeEntry {
  return { userCode, by: callingPerson(request), address: request.ip };
}

/** One answer for codes that are wrong, over and decided on: nothing is learnt by guessing. */
function found<T>(device: T | undefined): T {
  if (device === undefined) throw new ApiError('NotFound', 'No device waits under this code');
  return device;
}
