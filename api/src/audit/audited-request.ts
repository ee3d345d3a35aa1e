import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../identity/cluster-node.ts';
import type { AuditEntry } from './audit.ts';

/** Who makes a request, and from where, as an entry of the audit log wants it. */
export function auditedRequest(
  request: FastifyRequest,
): Pick<AuditEntry, 'principal' | 'address' | 'provider' | 'requestID'> {
  const { authentication, id, ip, principal = 'anonymous' } = request;
  return { principal, address: plainAddress(ip), provider: authentication?.session?.provider, requestID: id };
}
