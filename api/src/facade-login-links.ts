import type { FastifyInstance } from 'fastify';
import type { Audit } from './audit/audit.ts';
import { auditedRequest } from './audit/audited-request.ts';
import type { Gate } from './http/gate.ts';
import { problems } from './http/schemas.ts';
import type { LoginLinks } from './login/login-links.ts';

/**
 * `POST /api/v1/login-links`: a one-time link with which the admin of the machine logs in.
 *
 * It needs the right to create users, which no role for people has: who logs in by a link is an admin, so only who is
 * one by the API server's own word may make one.
 */
export function registerLoginLinkRoute(
  app: FastifyInstance,
  { gate, audit, links }: { gate: Gate; audit: Audit; links: LoginLinks },
): void {
  app.route({
    method: 'POST',
    url: '/api/v1/login-links',
    config: { audience: 'people' },
    schema: {
      tags: ['people'],
      summary: 'Make a one-time link for the admin of this machine',
      response: {
        201: {
          description: 'The link, told once; it is good for ten minutes.',
          type: 'object',
          required: ['url'],
          properties: { url: { type: 'string', format: 'uri' } },
        },
        ...problems('Forbidden'),
      },
    },
    handler: async (request, reply) => {
      await gate.admit(request, { verb: 'create', resource: 'users' });
      audit.record({ ...auditedRequest(request), action: 'IssueLoginLink', outcome: 'Done' });
      return reply.code(201).send({ url: links.issue().href });
    },
  });
}
