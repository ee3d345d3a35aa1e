import type { UserPrincipal } from './principal.ts';

/** What a person wants to do, in the words of Kubernetes RBAC. */
export interface Access {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'delete';
  resource: 'investigations' | 'agents' | 'evidence' | 'metrics';
  /** Absent for what is in no namespace. */
  namespace?: string | undefined;
}

/**
 * Decides what people may do. Agents are not asked about: an agent may touch its own tasks and nothing else.
 *
 * On a cluster this asks SubjectAccessReview, so that cluster RBAC stays the one authority.
 */
export interface Authorizer {
  authorize(principal: UserPrincipal, access: Access): Promise<boolean>;
}

/** Allows everything to everyone who has a credential: a one-machine install has one admin. */
export function createAllowAllAuthorizer(): Authorizer {
  return { authorize: async () => true };
}
