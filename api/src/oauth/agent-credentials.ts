import type { AgentCredential } from '@nannyapi/crds';

/** The credentials of enrolled hosts, for people who manage them. */
export interface AgentCredentials {
  /** Those of an agent, oldest first, in a state that is a moment old. */
  of(agent: { namespace: string; name: string }): AgentCredential[];
  /**
   * Revokes all credentials of an agent, for good; its host is out within seconds. To bring it back a person enrols it
   * again. The caller has asked whether the person may.
   *
   * @returns how many were good before.
   */
  revoke(agent: { namespace: string; name: string }): Promise<number>;
}
