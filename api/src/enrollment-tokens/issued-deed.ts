import type { EnrollmentToken } from '@nannyapi/crds';
import { targetOf } from '../audit/audit.ts';
import type { Deed } from '../http/gate.ts';

/** What the audit log says of an install token that was made. */
export function issuedDeed(token: EnrollmentToken): Deed {
  const { maxUses = 1, agentNamespace } = token.spec;
  return {
    action: 'IssueEnrollmentToken',
    target: targetOf(token),
    detail: `For up to ${maxUses} hosts whose Agents are made in ${agentNamespace}`,
  };
}
