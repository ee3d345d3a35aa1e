// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * One pending enrolment of a host, or login of a command line (RFC 8628). The codes themselves stand nowhere; the object is deleted some time after they end.
 */
export interface DeviceCode {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'DeviceCode';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: DeviceCodeSpec;
  status?: DeviceCodeStatus;
}
/**
 * What asked. Immutable.
 */
export interface DeviceCodeSpec {
  /**
   * Agent enrols a host; CommandLine logs a person in.
   */
  client: 'Agent' | 'CommandLine';
  /**
   * SHA-256 of the device code.
   */
  deviceCodeHash: string;
  /**
   * HMAC-SHA-256 of the user code under a key of the API: the code is short, and a bare hash would tell it.
   */
  userCodeHash: string;
  /**
   * Thumbprint of the host's own key (RFC 7638); only who holds the key can fetch the tokens.
   */
  keyThumbprint?: string;
  /**
   * The name that the host wants its Agent to have.
   */
  requestedName?: string;
  /**
   * What the host calls itself.
   */
  hostname?: string;
  /**
   * Where the request came from.
   */
  address: string;
  /**
   * Version of the program that asked.
   */
  version?: string;
  /**
   * Processor architecture.
   */
  arch?: string;
  /**
   * Name of the distribution for people.
   */
  osName?: string;
  /**
   * Identifier of the installation.
   */
  machineID?: string;
  /**
   * Identifier of the boot.
   */
  bootID?: string;
  /**
   * What the agent says that it could do there.
   *
   * @maxItems 16
   */
  capabilities?: string[];
  /**
   * The program that asked, as it told.
   */
  userAgent?: string;
  /**
   * Least time between two questions for the tokens, in seconds.
   */
  intervalSeconds: number;
  /**
   * When both codes end.
   */
  expirationTime: string;
}
/**
 * What became of it. Written by the API.
 */
export interface DeviceCodeStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * Approved (a person has decided) and Redeemed (the tokens were fetched).
   *
   * @maxItems 16
   */
  conditions?: DeviceCodeStatusCondition[];
  decision?: DeviceCodeStatusDecision;
  agentRef?: DeviceCodeStatusAgentRef;
  /**
   * Whether the key takes the place of that of an Agent which exists.
   */
  replacesKey?: boolean;
  userRef?: DeviceCodeStatusUserRef;
  /**
   * When the tokens were fetched.
   */
  redeemedTime?: string;
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface DeviceCodeStatusCondition {
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
 * What a person decided; once, for good.
 */
export interface DeviceCodeStatusDecision {
  /**
   * The decision.
   */
  outcome: 'Approved' | 'Denied';
  /**
   * Kubernetes user name of the person.
   */
  by: string;
  /**
   * Where the person was.
   */
  address?: string;
  /**
   * When.
   */
  time: string;
}
/**
 * The Agent that the host becomes.
 */
export interface DeviceCodeStatusAgentRef {
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
 * The User that the command line speaks for.
 */
export interface DeviceCodeStatusUserRef {
  /**
   * Name of the User.
   */
  name: string;
}
