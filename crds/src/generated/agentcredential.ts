// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * How one enrolled host proves who it is: the thumbprint of its key and hashes of its tokens. Delete it, or revoke it, and the host is out within seconds.
 */
export interface AgentCredential {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'AgentCredential';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: AgentCredentialSpec;
  status?: AgentCredentialStatus;
}
/**
 * Which host.
 */
export interface AgentCredentialSpec {
  agentRef: AgentCredentialSpecAgentRef;
  /**
   * The metadata.uid of that Agent; one made anew under the name is another.
   */
  agentUID?: string;
  /**
   * Thumbprint of the host's own key (RFC 7638).
   */
  keyThumbprint: string;
  /**
   * Revoked cuts the host off within seconds. A host that is to come back is enrolled again.
   */
  access?: 'Enabled' | 'Revoked';
  /**
   * Kubernetes user name of the person who approved the host, or who made its install token.
   */
  enrolledBy?: string;
  origin?: AgentCredentialSpecOrigin;
}
/**
 * The Agent that it speaks for.
 */
export interface AgentCredentialSpecAgentRef {
  /**
   * Namespace of the Agent.
   */
  namespace: string;
  /**
   * Name of the Agent.
   */
  name: string;
}
/**
 * How the host was enrolled.
 */
export interface AgentCredentialSpecOrigin {
  /**
   * Kind of the object by which it was.
   */
  kind: 'DeviceCode' | 'EnrollmentToken';
  /**
   * Name of that object, which may be gone.
   */
  name: string;
}
/**
 * Its tokens, as hashes. Written by the API.
 */
export interface AgentCredentialStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * Ready (it is good).
   *
   * @maxItems 16
   */
  conditions?: AgentCredentialStatusCondition[];
  /**
   * SHA-256 of the present access token.
   */
  accessTokenHash?: string;
  /**
   * When that ends.
   */
  accessTokenExpirationTime?: string;
  /**
   * SHA-256 of the access token before it, which is good until it ends by itself.
   */
  previousAccessTokenHash?: string;
  /**
   * When that ends.
   */
  previousAccessTokenExpirationTime?: string;
  /**
   * SHA-256 of the present refresh token.
   */
  refreshTokenHash?: string;
  /**
   * When that was issued.
   */
  refreshTokenIssuedTime?: string;
  /**
   * When that ends if it is not used.
   */
  refreshTokenExpirationTime?: string;
  /**
   * SHA-256 of the refresh token before it.
   */
  previousRefreshTokenHash?: string;
  /**
   * Until when that is taken once more, for a host that lost the answer.
   */
  previousRefreshTokenGraceTime?: string;
  /**
   * How often the tokens were renewed.
   */
  refreshCount?: number;
  /**
   * When the host must be enrolled again at the latest; absent for never.
   */
  expirationTime?: string;
  /**
   * Identifier of the installation that holds the key.
   */
  machineID?: string;
  /**
   * Boots of the host under which tokens were renewed, newest last.
   *
   * @maxItems 8
   */
  bootIDs?: string[];
  /**
   * Where the tokens were last renewed from.
   */
  address?: string;
  /**
   * When.
   */
  lastRefreshTime?: string;
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface AgentCredentialStatusCondition {
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
