import { errorMessage } from '@nannyapi/process';
import { KubeApiError } from '@nannyapi/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toApiError } from '../http/problem.ts';
import { OAuthError } from './oauth-error.ts';

/** Every failure of the authorization server, in the form of RFC 6749 §5.2. */
export function answerOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = toOAuthError(error);
  if (failure.status >= 500 && failure.cause !== undefined) logOwnFault(request, failure);
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(failure.retryAfterSeconds));
  return reply.code(failure.status).send({ error: failure.code, error_description: failure.message });
}

/** Refuses a start of which there are too many; before a byte of its body was read, and in as few words as will do. */
export function refuseFlood(reply: FastifyReply, retryAfterSeconds: number): FastifyReply {
  return reply
    .code(429)
    .header('retry-after', Math.ceil(retryAfterSeconds))
    .type('application/json; charset=utf-8')
    .send(FLOOD_BODY);
}

const FLOOD_BODY = JSON.stringify({
  error: 'temporarily_unavailable',
  error_description: 'Too many codes wait for a person; try again later',
});

function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  const failure = toApiError(error);
  if (failure.code === 'Unavailable')
    return new OAuthError('temporarily_unavailable', 'The control plane cannot do this at the moment', {
      cause: failure,
      retryAfterSeconds: failure.retryAfterSeconds ?? 3,
    });
  // What is refused before the handler: a body that is too large or no form, a parameter that comes twice.
  if (failure.status < 500 && !(failure.cause instanceof KubeApiError))
    return new OAuthError('invalid_request', plain(failure.message));
  return new OAuthError('server_error', 'The control plane could not do this', { cause: error });
}

function logOwnFault(request: FastifyRequest, failure: OAuthError): void {
  const fields = { method: request.method, route: request.routeOptions.url };
  if (failure.code === 'temporarily_unavailable')
    request.log.warn({ ...fields, reason: errorMessage(failure.cause) }, 'A request could not be served');
  else request.log.error({ ...fields, err: failure.cause }, 'A request failed');
}

/** RFC 6749 §5.2 takes neither quotes nor backslashes in a description, nor anything but ASCII. */
function plain(text: string): string {
  return text.replaceAll(/["\\]|[^\x20-\x7e]/g, ' ');
}
