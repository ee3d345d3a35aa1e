import type { UserPrincipal } from './principal.ts';

/** What a person wants to do, in the words of Kubernetes RBAC. */
export interface Access {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'investigate' | 'approve';
  /** `metrics` is a path and no resource; `nodes` and `pods` are those of the core group. */
  resource:
    | 'investigations'
    | 'agents'
    | 'evidence'
    | 'users'
    | 'devicecodes'
    | 'agentcredentials'
    | 'enrollmenttokens'
    | 'metrics'
    | 'nodes'
    | 'pods';
  /** Absent for what is in no namespace. */
  namespace?: string | undefined;
  /** Absent for collections, and for an object whose name is not chosen yet. */
  name?: string | undefined;
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
