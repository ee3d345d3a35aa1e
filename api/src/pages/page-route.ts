import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import type { Gate } from '../http/gate.ts';
import { NAME_SCHEMA } from '../http/schemas.ts';
import type { Access } from '../identity/authorizer.ts';
import type { FieldErrors } from './views/form-field.ts';

/** Config of a page for people. */
export const PAGE = { audience: 'people', page: true } as const;
/** Config of what a form of people is sent to. */
export const FORM = { audience: 'people', page: true, form: true } as const;
/** Config of a page for everyone. */
export const OPEN_PAGE = { audience: 'everyone', page: true } as const;

/** The path of one object. */
export interface OneObject {
  namespace: string;
  name: string;
}

/** Schema of {@link OneObject}; pages are no part of the OpenAPI document. */
export const ONE_OBJECT = {
  hide: true,
  params: { type: 'object', properties: { namespace: NAME_SCHEMA, name: NAME_SCHEMA } },
};

/** What a name of an object or a namespace looks like. */
export const NAME = new RegExp(NAME_SCHEMA.pattern);

/** A value of a filter: a name, or empty for any. */
export const OPTIONAL_NAME = { ...NAME_SCHEMA, minLength: 0, pattern: `^(${NAME_SCHEMA.pattern.slice(1, -1)})?$` };

/** Schema of a page with a query of optional texts; other parameters are refused. */
export function querySchema(properties: Record<string, object>): object {
  return { hide: true, querystring: { type: 'object', additionalProperties: false, properties } };
}

/** Where a list goes on. */
export const CONTINUE = { type: 'string', maxLength: 4096 };
/** What an item of a list must hold. */
export const SEARCH = { type: 'string', maxLength: 100 };
/** Which {@link NOTICES} to show; another one is none. */
export const DONE = { type: 'string', maxLength: 32 };

/** What just happened, by the word in the address after a form: never a text from there, which anyone could write. */
const NOTICES: Readonly<Record<string, string>> = {
  cancelled: 'The run was told to end.',
  deleted: 'It is deleted.',
  disabled: 'The host is disabled. It is out within seconds.',
  enabled: 'The host is enabled. It comes back within seconds.',
  revoked: 'It is revoked.',
  enrolled: 'The host is let in. It connects within seconds.',
  'command-line': 'The command line may act for you now. Go back to it.',
  denied: 'The request was denied.',
  ended: 'The session has ended.',
  'others-ended': 'All other sessions have ended.',
};

/** The notice of a page after a form. */
export function noticeOf(done: string | undefined): { text: string; tone: 'good' } | undefined {
  const text = done !== undefined && Object.hasOwn(NOTICES, done) ? NOTICES[done] : undefined;
  return text === undefined ? undefined : { text, tone: 'good' };
}

/** The text of a field of a form, without blanks around it; empty when it is not there. */
export function fieldOf(request: FastifyRequest, name: string): string {
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  // A browser sends line breaks as CR LF; people mean LF.
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
}

/** Shows a page only to whom it would serve; nothing is done yet, so that only a refusal is written down. */
export async function requireRight(gate: Gate, request: FastifyRequest, access: Access): Promise<void> {
  if (!(await gate.may(request, access))) await gate.admit(request, access);
}

/**
 * The namespace that a list is of: the one asked for; else all (`undefined`) for whom may see all, else the usual one.
 */
export async function namespaceOfList(
  gate: Gate,
  request: FastifyRequest,
  list: { asked: string | undefined; resource: Access['resource']; usual: string },
): Promise<string | undefined> {
  const { asked, resource, usual } = list;
  if (asked) return asked;
  return (await gate.may(request, { verb: 'list', resource })) ? undefined : usual;
}

/** Goes on to another page after a deed, so that a reload does not repeat it. */
export function seeOther(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303);
}

/** A refusal as faults of fields and, where none of them is shown, as a sentence. Anything else is thrown on. */
export function faultsOf(
  error: unknown,
  shown: readonly string[],
): { errors: FieldErrors; problem: string | undefined } {
  const isAnswerable =
    error instanceof ApiError && ['ValidationFailed', 'AlreadyExists', 'NotFound', 'Forbidden'].includes(error.code);
  if (!isAnswerable) throw error;
  const errors: Record<string, string> = {};
  for (const { field = '', message } of error.details) if (shown.includes(field)) errors[field] ??= message;
  const isTold = Object.keys(errors).length > 0;
  const rest = error.details.filter(({ field = '' }) => !shown.includes(field));
  const words =
    rest.length > 0 ? rest.map(({ field = '', message }) => `${field} ${message}`).join('; ') : error.message;
  const detail = error.code === 'Forbidden' ? `${words}. Ask an admin of NannyAPI for this right.` : words;
  return { errors, problem: isTold && rest.length === 0 ? undefined : detail };
}
