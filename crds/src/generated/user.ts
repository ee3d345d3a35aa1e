// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * A person who has logged in: what the provider says of them, and where they are logged in. Rights come from RBAC, for user PROVIDER:SUBJECT and its groups.
 */
export interface User {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'User';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: UserSpec;
  status?: UserStatus;
}
/**
 * Who the person is.
 */
export interface UserSpec {
  /**
   * Id of the provider in the login configuration. Immutable.
   */
  provider: string;
  /**
   * What the provider calls the person for good: the subject of OIDC, the numeric id of GitHub. Immutable.
   */
  subject: string;
  /**
   * E-mail address, as told at the last login. Nothing is decided by it.
   */
  email?: string;
  /**
   * Full name, as told at the last login.
   */
  name?: string;
  /**
   * Picture, as told at the last login.
   */
  avatarURL?: string;
  /**
   * Disabled ends all logins of the person within seconds, and lets none begin.
   */
  access?: 'Enabled' | 'Disabled';
}
/**
 * Where the person is logged in. Written by the API.
 */
export interface UserStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * Ready (the person may log in).
   *
   * @maxItems 16
   */
  conditions?: UserStatusCondition[];
  /**
   * When the person last logged in.
   */
  lastLoginTime?: string;
  /**
   * The groups that the last login brought, as RBAC sees them.
   *
   * @maxItems 128
   */
  groups?: string[];
  /**
   * Where the person is logged in. A login ends within seconds when its entry is taken away.
   *
   * @maxItems 32
   */
  sessions?: UserStatusSession[];
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface UserStatusCondition {
  /**
   * What the condition speaks of.
   */
  type: string;
  /**
   * Whether it holds.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * Why, as one word a program can branch on.
   */
  reason: string;
  /**
   * Why, in words for a person.
   */
  message: string;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * The metadata.generation that this condition was computed from.
   */
  observedGeneration?: number;
}
/**
 * One login.
 */
export interface UserStatusSession {
  /**
   * Identifier of the login; it opens nothing.
   */
  id: string;
  /**
   * What is logged in.
   */
  client: 'Browser' | 'CommandLine';
  /**
   * When it began.
   */
  startTime: string;
  /**
   * When it was last used, to within a few minutes.
   */
  lastSeenTime?: string;
  /**
   * When it ends at the latest.
   */
  expirationTime: string;
  /**
   * The address that it began at.
   */
  address?: string;
  /**
   * The program that it began with, as that told it.
   */
  userAgent?: string;
  /**
   * The groups that this login brought.
   *
   * @maxItems 128
   */
  groups?: string[];
  /**
   * SHA-256 of the token of a command line.
   */
  tokenHash?: string;
}
