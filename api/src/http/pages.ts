import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemBody } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page for people: who is not logged in is sent to do so, and failures are pages too. */
    page?: boolean;
  }
}

/** Writes a failure as a page. It may set headers; status and content type are set already. */
export type RenderProblem = (
  problem: ProblemBody,
  request: FastifyRequest,
  reply: FastifyReply,
) => string | Promise<string>;

/** Where people log in. */
const LOGIN_PATH = '/login';
/** Longest way back that is kept through a login, in characters. */
const MAX_RETURN_LENGTH = 1024;

/** Whether a request is one of a page; a browser that asks for a path that does not exist wants one too. */
export function isPage(request: FastifyRequest): boolean {
  if (!request.is404) return request.routeOptions.config.page === true;
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
}

/**
 * Sends a browser to the login, and from there back.
 *
 * 303, so that no browser repeats a method other than GET. The way back is a path of this origin; what reads it checks
 * that again.
 */
export function redirectToLogin(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { url } = request;
  const isOwnPath = /^\/(?![/\\])/.test(url) && url.length <= MAX_RETURN_LENGTH;
  reply.removeHeader('www-authenticate');
  return reply.redirect(`${LOGIN_PATH}?return_to=${encodeURIComponent(isOwnPath ? url : '/')}`, 303);
}
