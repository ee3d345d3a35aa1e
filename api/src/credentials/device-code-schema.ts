import { NAME_SCHEMA } from '../http/schemas.ts';

/** The decision on a device, as it is sent. */
export interface DeviceDecision {
  userCode: string;
  namespace?: string;
  name?: string;
  replacesKey?: boolean;
}

const userCode = {
  description: 'As the device shows it, e.g. WDJB-MJHT; case and punctuation do not matter.',
  type: 'string',
  minLength: 1,
  maxLength: 64,
};
const text = (description: string) => ({ description, type: 'string' });
const time = (description: string) => ({ description, type: 'string', format: 'date-time' });

/** A user code and nothing else. */
export const USER_CODE = {
  title: 'UserCode',
  type: 'object',
  required: ['userCode'],
  additionalProperties: false,
  properties: { userCode },
};

/** A user code, and what the device becomes. */
export const DEVICE_DECISION = {
  title: 'DeviceDecision',
  type: 'object',
  required: ['userCode'],
  additionalProperties: false,
  properties: {
    userCode,
    namespace: { ...NAME_SCHEMA, description: 'Where the Agent is made; needed for a host.' },
    name: { ...NAME_SCHEMA, description: 'Name of the Agent; needed for a host.' },
    replacesKey: {
      description: 'The Agent exists, and the key of this host takes the place of its own. Default: false.',
      type: 'boolean',
    },
  },
};

/** A device that waits. All but address and times is what it says of itself. */
export const PENDING_DEVICE = {
  title: 'PendingDevice',
  description: 'What waits. All but address and times is what the device says of itself.',
  type: 'object',
  required: ['id', 'client', 'address', 'capabilities', 'startTime', 'expirationTime'],
  properties: {
    id: text('Name of the DeviceCode.'),
    client: { type: 'string', enum: ['Agent', 'CommandLine'] },
    hostname: text('Its host name.'),
    address: text('Where the request came from.'),
    version: text('Version of the agent.'),
    arch: text('Its processor.'),
    osName: text('Its operating system.'),
    capabilities: { description: 'What it could do there.', type: 'array', items: { type: 'string' } },
    requestedName: text('The name that it asks for.'),
    userAgent: text('The program.'),
    startTime: time('When it asked.'),
    expirationTime: time('When its code ends.'),
  },
};

/** What became of an approved device. */
export const APPROVED_DEVICE = {
  description: 'It is let in.',
  type: 'object',
  required: ['client'],
  properties: {
    client: { type: 'string', enum: ['Agent', 'CommandLine'] },
    agent: {
      description: 'The Agent that the host speaks for; absent for a command line.',
      type: 'object',
      required: ['namespace', 'name'],
      properties: { namespace: { type: 'string' }, name: { type: 'string' } },
    },
  },
};
