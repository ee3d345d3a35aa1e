import { FACADE_ERROR_CODES, type FacadeErrorCode } from './error-codes.ts';

/** JSON Schema of problem+json, shared by all routes. */
export const PROBLEM_SCHEMA = {
  $id: 'Problem',
  title: 'Problem',
  description: 'RFC 9457. Branch on code, never on text.',
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(FACADE_ERROR_CODES) },
    requestId: { type: 'string' },
    errors: {
      description: 'Which fields, and what is allowed.',
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

/** What every route with a credential may answer; a bad request also by its headers alone, however good the rest is. */
const ALWAYS: FacadeErrorCode[] = [
  'BadRequest',
  'Unauthenticated',
  'Forbidden',
  'TooManyRequests',
  'Internal',
  'Unavailable',
];

/** The error answers of a route in its OpenAPI description: the codes that it may give, by status. */
export function problems(...codes: FacadeErrorCode[]): Record<number, object> {
  const answers: Record<number, object> = {};
  for (const [status, names] of Map.groupBy(
    new Set([...codes, ...ALWAYS]),
    (code) => FACADE_ERROR_CODES[code].status,
  )) {
    answers[status] = {
      description: names.map((name) => `${name}: ${FACADE_ERROR_CODES[name].title}.`).join(' '),
      content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
    };
  }
  return answers;
}

/** The answer of a stream in its OpenAPI description. */
export function eventStream(description: string): object {
  return { description, content: { 'text/event-stream': { schema: { type: 'string' } } } };
}

/** The namespace that paths without one are about. */
export const DEFAULT_NAMESPACE = 'default';

/** A name or namespace in a path. */
export const NAME_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
};

/** Any object of the API server, as it is. */
export function kubeObject(kind: string, description: string): object {
  return {
    description,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: true,
    properties: {
      apiVersion: { type: 'string', enum: ['nannyai.dev/v1alpha1'] },
      kind: { type: 'string', enum: [kind] },
      metadata: { type: 'object', additionalProperties: true },
      spec: { type: 'object', additionalProperties: true },
      status: { type: 'object', additionalProperties: true },
    },
  };
}

/** A page of such objects. */
export function kubeList(kind: string, description: string): object {
  return {
    description,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string', enum: [`${kind}List`] },
      metadata: {
        type: 'object',
        properties: {
          continue: { description: 'Where the next page starts; absent on the last one.', type: 'string' },
          resourceVersion: { type: 'string' },
        },
      },
      items: { type: 'array', items: kubeObject(kind, kind) },
    },
  };
}
