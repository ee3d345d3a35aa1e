import type { UserInfo } from './token-store.ts';

/** What somebody wants to do, in the terms of a SubjectAccessReview. */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** Undefined for non-resource paths. */
  resource?: { group: string; plural: string; namespace: string; name: string; subresource: string } | undefined;
  /** Counts for non-resource paths only. */
  path: string;
}

/** What an authorizer says. */
export interface AccessDecision {
  isAllowed: boolean;
  /** For people; '' when there is nothing to say. */
  reason: string;
}

/** Says whether it may be done. */
export type Authorize = (attributes: AccessAttributes) => AccessDecision;

/** Members of this group may do everything. */
export const MASTERS_GROUP = 'system:masters';

const ALLOWED: AccessDecision = Object.freeze({ isAllowed: true, reason: '' });

/** Lets the group `system:masters` do everything, as Kubernetes does, and asks another authorizer about the rest. */
export function mastersOr(authorize: Authorize): Authorize {
  return (attributes) => (attributes.user.groups.includes(MASTERS_GROUP) ? ALLOWED : authorize(attributes));
}
