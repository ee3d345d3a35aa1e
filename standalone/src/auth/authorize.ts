import type { UserInfo } from './token-store.ts';

/** What somebody wants to do, in the terms of a SubjectAccessReview. */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** Undefined for non-resource paths. */
  resource?: { group: string; plural: string; namespace: string; name: string; subresource: string } | undefined;
  path: string;
}

/** Says whether it may be done. */
export type Authorize = (attributes: AccessAttributes) => { isAllowed: boolean; reason: string };

/** Lets the group `system:masters` do everything, as Kubernetes does, and others nothing. RBAC objects will widen this. */
export const authorizeMasters: Authorize = ({ user }) =>
  user.groups.includes('system:masters')
    ? { isAllowed: true, reason: '' }
    : { isAllowed: false, reason: `user ${JSON.stringify(user.name)} is not in group "system:masters"` };
