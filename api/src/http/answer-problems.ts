import { errorMessage } from '@nannyapi/process';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { isPage, type RenderProblem } from './pages.ts';
import { problemOf, toApiError } from './problem.ts';

/**
 * Answers every failure, unknown paths and wrong methods with problem+json, or with a page where one was asked for, and
 * logs what was our own fault.
 */
export function answerProblems(app: FastifyInstance, deps: { renderProblem?: RenderProblem | undefined }): void {
  const { renderProblem } = deps;
  app.setErrorHandler((error, request, reply) => {
    const failure = toApiError(error);
    logOwnFault(request, failure);
    if (renderProblem && isPage(request)) return sendProblemPage(renderProblem, failure, request, reply);
    return sendProblem(reply, failure, request.id);
  });
}

/**
 * Refuses what no route is for, before a body is read: to be called after the credentials.
 *
 * Later the type of the body, or that it has none, would be found fault with first.
 */
export function refuseUnknownPaths(app: FastifyInstance): void {
  const methods = new MethodTable();
  app.addHook('onRoute', (route) => methods.add(route.url, route.method));
  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!request.is404) return;
    const allowed = methods.of(request.url.split('?')[0] ?? '');
    if (allowed.length === 0) throw new ApiError('NotFound', 'There is no such path; /openapi.json lists all');
    reply.header('allow', allowed.join(', '));
    throw new ApiError('MethodNotAllowed', `${request.method} is not allowed here; allowed are: ${allowed.join(', ')}`);
  };
  app.addHook('onRequest', refuse);
  // What is reached by `reply.callNotFound`.
  app.setNotFoundHandler(refuse);
}

/** Answers a request with its failure. */
export function sendProblem(reply: FastifyReply, failure: ApiError, requestID: string): FastifyReply {
  return begin(reply, failure)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(failure, requestID)));
}

// oxlint-disable-next-line eslint/max-params -- what every answer to a failure is made of
async function sendProblemPage(
  render: RenderProblem,
  failure: ApiError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  begin(reply, failure).type('text/html; charset=utf-8');
  return reply.send(await render(problemOf(failure, request.id), request, reply));
}

function begin(reply: FastifyReply, failure: ApiError): FastifyReply {
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(failure.retryAfterSeconds));
  return reply.code(failure.status);
}

/** What was asked wrongly is told to the caller alone; a replica that is merely not ready has nothing to say. */
function logOwnFault(request: FastifyRequest, failure: ApiError): void {
  if (failure.status < 500 || (failure.code === 'Unavailable' && failure.cause === undefined)) return;
  const fields = { method: request.method, route: request.routeOptions.url };
  // Where it broke is no riddle here, and it may come once for each agent: words, no stack.
  const reason = {
    reason: failure.message,
    cause: failure.cause === undefined ? undefined : errorMessage(failure.cause),
  };
  if (failure.code === 'Unavailable') request.log.warn({ ...fields, ...reason }, 'A request could not be served');
  else request.log.error({ ...fields, err: failure }, 'A request failed');
}

/** Which methods each path takes; the router itself answers only for one method at a time. */
class MethodTable {
  readonly #routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  add(url: string, method: string | string[]): void {
    const route = this.#routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of [method].flat()) route.methods.add(one);
    this.#routes.set(url, route);
  }

  of(path: string): string[] {
    const matching = [...this.#routes.values()].filter((route) => route.pattern.test(path));
    return [...new Set(matching.flatMap((route) => [...route.methods]))].toSorted();
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
