import type { FastifyInstance, FastifyReply } from 'fastify';

/** What every answer says to browsers unless its route says otherwise: show it nowhere, load nothing, keep nothing. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** A year; without subdomains, which may be somebody else's. */
const HSTS = 'max-age=31536000';

/**
 * Sets the headers of {@link SECURITY_HEADERS} and the request id on every answer, and with TLS that browsers shall come
 * by TLS alone (RFC 6797).
 *
 * Not under the name localhost: what a browser remembers of it would hold for every other program of that machine.
 */
export function setSecurityHeaders(app: FastifyInstance, { isSecure }: { isSecure: boolean }): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
    const isLocal = /^([^:]+\.)?localhost(:|$)/i.test(request.headers.host ?? '');
    if (isSecure && !isLocal) reply.header('strict-transport-security', HSTS);
  });
}

/** The headers that were set so far, for an answer that is written past the framework. */
export function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
