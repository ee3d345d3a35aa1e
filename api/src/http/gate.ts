import type { FastifyRequest } from 'fastify';
import type { Logger } from '@nannyapi/process';
import { createAudit, type Audit, type AuditEntry } from '../audit/audit.ts';
import { auditedRequest } from '../audit/audited-request.ts';
import type { Access, Authorizer } from '../identity/authorizer.ts';
import type { UserPrincipal } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';

/** Asks whether a person may do something, and leaves a line in the audit log for all but reads that are allowed. */
export interface Gate {
  /** @throws ApiError `Forbidden`. */
  admit(request: FastifyRequest, access: Access): Promise<UserPrincipal>;
  /** Whether a person may, without a line: for what is offered on a page. */
  may(request: FastifyRequest, access: Access): Promise<boolean>;
  /** Records a deed that was done for a person, in the audit log and on its object. */
  done(request: FastifyRequest, deed: Deed): void;
}

/** What was done: in PascalCase, to which object. */
export type Deed = Pick<AuditEntry, 'action' | 'target' | 'detail'>;

const READS: readonly string[] = ['get', 'list', 'watch'] satisfies Access['verb'][];

/** Makes the gate of all routes for people. Without an audit it writes to the log alone. */
export function createGate(deps: { authorizer: Authorizer; log: Logger; audit?: Audit | undefined }): Gate {
  const { authorizer, audit = createAudit(deps) } = deps;
  return {
    admit: async (request, access) => {
      const person = callingPerson(request);
      const isAllowed = await authorizer.authorize(person, access);
      if (!isAllowed || !READS.includes(access.verb))
        audit.record({ ...entryOf(request, access), outcome: isAllowed ? 'Allowed' : 'Denied' });
      if (isAllowed) return person;
      const where = access.namespace === undefined ? '' : ` in namespace ${access.namespace}`;
      throw new ApiError('Forbidden', `${person.name} may not ${access.verb} ${access.resource}${where}`);
    },
    may: async (request, access) => authorizer.authorize(callingPerson(request), access),
    done: (request, deed) => audit.record({ ...auditedRequest(request), ...deed, outcome: 'Done' }),
  };
}

/** The person who makes a request of a route for people. @throws ApiError `Forbidden` for an agent. */
export function callingPerson(request: FastifyRequest): UserPrincipal {
  const { principal } = request;
  if (principal?.kind !== 'user') throw new ApiError('Forbidden', 'This path is for people');
  return principal;
}

function entryOf(request: FastifyRequest, { verb, resource, namespace, name }: Access) {
  return {
    ...auditedRequest(request),
    action: `${verb} ${resource}`,
    target: { kind: resource, namespace, name },
  };
}
