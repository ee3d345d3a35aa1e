import { GRANTS, OAUTH_CLIENTS } from '@nannyapi/protocol';

const tags = ['oauth'];
const consumes = ['application/x-www-form-urlencoded'];
const security: never[] = [];

const ERROR_SCHEMA = {
  description: 'Refused (RFC 6749 §5.2, RFC 8628 §3.5, RFC 9449 §5). Branch on error, never on its description.',
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
};
const ERRORS = {
  400: ERROR_SCHEMA,
  500: { ...ERROR_SCHEMA, description: 'A fault of ours.' },
  503: { ...ERROR_SCHEMA, description: 'The control plane cannot do this at the moment.' },
};

const CLIENT = {
  client_id: { type: 'string', enum: Object.values(OAUTH_CLIENTS), description: 'Agents prove each request by DPoP.' },
};
const text = (maxLength: number, description: string): object => ({ type: 'string', maxLength, description });
const HOST = {
  hostname: text(253, 'What the host calls itself.'),
  agent_name: {
    ...text(63, 'Name that its Agent should have.'),
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  },
  machine_id: text(64, 'Identifier of the installation.'),
  boot_id: text(64, 'Identifier of the boot.'),
  version: text(64, 'Version of the agent.'),
  arch: text(32, 'Processor architecture.'),
  os_name: text(128, 'Name of the distribution.'),
  capabilities: text(1040, 'At most 16 words with spaces between.'),
};

/** GET of the metadata. */
export const METADATA_SCHEMA = {
  tags,
  security,
  summary: 'Describe the authorization server (RFC 8414)',
  response: { 200: { description: 'The metadata.', type: 'object' } },
};

/** POST that starts the device flow. */
export const DEVICE_AUTHORIZATION_SCHEMA = {
  tags,
  security,
  consumes,
  summary: 'Start the enrolment of a host or the login of a command line (RFC 8628)',
  body: { type: 'object', required: ['client_id'], properties: { ...CLIENT, ...HOST } },
  response: {
    200: {
      description: 'Both codes.',
      type: 'object',
      properties: {
        device_code: { type: 'string' },
        user_code: { type: 'string' },
        verification_uri: { type: 'string' },
        verification_uri_complete: { type: 'string' },
        expires_in: { type: 'integer' },
        interval: { type: 'integer' },
      },
    },
    ...ERRORS,
    429: { ...ERROR_SCHEMA, description: 'Too many codes wait for a person; Retry-After says when to come again.' },
  },
};

/** POST for tokens. */
export const TOKEN_SCHEMA = {
  tags,
  security,
  consumes,
  summary: 'Get or renew tokens (RFC 6749, RFC 8628)',
  body: {
    type: 'object',
    required: ['grant_type', 'client_id'],
    properties: {
      grant_type: { type: 'string', enum: Object.values(GRANTS) },
      ...CLIENT,
      device_code: text(128, 'With the grant of device codes.'),
      refresh_token: text(512, 'With the grant of refresh tokens.'),
      enrollment_token: text(512, 'With the grant of install tokens.'),
      ...HOST,
    },
  },
  response: {
    200: {
      description: 'The tokens.',
      type: 'object',
      properties: {
        access_token: { type: 'string' },
        token_type: { type: 'string', enum: ['DPoP', 'Bearer'] },
        expires_in: { type: 'integer' },
        refresh_token: { type: 'string' },
        agent: { type: 'object', properties: { namespace: { type: 'string' }, name: { type: 'string' } } },
        user: { type: 'object', properties: { name: { type: 'string' } } },
      },
    },
    ...ERRORS,
  },
};

/** POST that ends tokens. */
export const REVOCATION_SCHEMA = {
  tags,
  security,
  consumes,
  summary: 'End a token and all that came of it (RFC 7009)',
  body: {
    type: 'object',
    required: ['token', 'client_id'],
    properties: { token: text(1024, 'A refresh or access token.'), ...CLIENT },
  },
  response: { 200: { description: 'It is good no more, or never was.', type: 'null' }, ...ERRORS },
};
