import { kubeObject } from '../http/schemas.ts';

/** What a person wants of an install token. */
export interface NewEnrollmentToken {
  agentNamespace: string;
  maxUses?: number;
  validSeconds?: number;
  allowedAddresses?: string[];
  description?: string;
}

/** Body of `POST /api/v1/enrollment-tokens`. The bounds are those of the CRD; a test compares the two. */
export const NEW_TOKEN = {
  title: 'NewEnrollmentToken',
  type: 'object',
  required: ['agentNamespace'],
  additionalProperties: false,
  properties: {
    agentNamespace: {
      description: 'Where the Agents of its hosts are made.',
      type: 'string',
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    },
    maxUses: { description: 'Hosts that it may enrol. Default: 1.', type: 'integer', minimum: 1, maximum: 1000 },
    validSeconds: {
      description: 'How long it is good, from now. Default: 3600.',
      type: 'integer',
      minimum: 60,
      maximum: 7_776_000,
    },
    allowedAddresses: {
      description: 'Networks that its hosts may come from, in CIDR notation; any when absent.',
      type: 'array',
      maxItems: 32,
      items: { type: 'string', minLength: 1, maxLength: 64 },
    },
    description: { description: 'What it is for.', type: 'string', maxLength: 256, pattern: '^[^\\x00]*$' },
  },
} as const;

/** A token that has just been made. */
export const ISSUED_TOKEN = {
  description: 'The token. Nobody can read it again.',
  type: 'object',
  required: ['token', 'object'],
  properties: {
    token: { description: 'For nanny-agent enroll --enrollment-token. Keep it as a password.', type: 'string' },
    object: kubeObject('EnrollmentToken', 'What is kept of it.'),
  },
};
