import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from '../http/gate.ts';
import { NAME_SCHEMA } from '../http/schemas.ts';
import type { Access } from '../identity/authorizer.ts';

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
/** What was just done, for `noticeOf`. */
export const DONE = { type: 'string', maxLength: 32 };

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
