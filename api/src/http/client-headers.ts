import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/**
 * Headers of which a request has one at most. Node silently takes the first of two, a proxy in front may have looked at
 * the second.
 */
const SINGLE = new Set([
  'authorization',
  'content-length',
  'content-type',
  'dpop',
  'host',
  'origin',
  'range',
  'sec-fetch-site',
  'transfer-encoding',
  'x-csrf-token',
]);
/** Kubernetes impersonation, which the facade does not offer. */
const IMPERSONATION = 'impersonate-';

/**
 * Refuses requests whose headers would make two readers see two requests, or that ask to be somebody else.
 *
 * Impersonation is refused and not ignored: who sends it must not act in their own name unknowingly. What proxies tell of
 * a user (`X-Remote-User`, `X-Forwarded-User`, `Forwarded` and the like) is never looked at, so it needs no refusal.
 */
export function refuseSmuggledHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw: { rawHeaders } }) => {
    const seen = new Set<string>();
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]?.toLowerCase() ?? '';
      if (name.startsWith(IMPERSONATION)) throw new ApiError('BadRequest', 'Nobody can be impersonated here');
      if (!SINGLE.has(name)) continue;
      if (seen.has(name)) throw new ApiError('BadRequest', `The header ${name} comes twice`);
      seen.add(name);
    }
  });
}
