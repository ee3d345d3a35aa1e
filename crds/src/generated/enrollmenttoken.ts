// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * An install token: enrols a number of hosts that nobody sits at. The token itself is shown once, where it is made, and stands nowhere.
 */
export interface EnrollmentToken {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'EnrollmentToken';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: EnrollmentTokenSpec;
  status?: EnrollmentTokenStatus;
}
/**
 * What it lets in.
 */
export interface EnrollmentTokenSpec {
  /**
   * SHA-256 of the token. Immutable.
   */
  tokenHash: string;
  /**
   * Where the Agents of its hosts are made. Immutable.
   */
  agentNamespace: string;
  /**
   * How many hosts it may enrol.
   */
  maxUses?: number;
  /**
   * When it ends.
   */
  expirationTime: string;
  /**
   * Networks that its hosts may come from, in CIDR notation; any when empty.
   *
   * @maxItems 32
   */
  allowedAddresses?: string[];
  /**
   * What it is for.
   */
  description?: string;
  /**
   * Kubernetes user name of who made it; its hosts are owned by them. Immutable.
   */
  createdBy?: string;
  /**
   * Revoked lets no further host in; those that it let in stay.
   */
  access?: 'Enabled' | 'Revoked';
}
/**
 * What it was used for. Written by the API.
 */
export interface EnrollmentTokenStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * Ready (it can be used).
   *
   * @maxItems 16
   */
  conditions?: EnrollmentTokenStatusCondition[];
  /**
   * Hosts that it has enrolled.
   */
  uses?: number;
  /**
   * When it last was.
   */
  lastUsedTime?: string;
  /**
   * The hosts that it has enrolled.
   *
   * @maxItems 1000
   */
  agents?: EnrollmentTokenStatusAgent[];
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface EnrollmentTokenStatusCondition {
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
 * One host.
 */
export interface EnrollmentTokenStatusAgent {
  /**
   * Namespace of its Agent.
   */
  namespace: string;
  /**
   * Name of its Agent.
   */
  name: string;
  /**
   * Thumbprint of the host's own key (RFC 7638).
   */
  keyThumbprint?: string;
  /**
   * When.
   */
  time: string;
}
