import { AgentCredentialCondition, type Agent, type AgentCredential, type AgentCredentialReason } from '@nannyapi/crds';
import { findCondition } from '@nannyapi/runtime';

/** Why a credential is not good. */
export interface CredentialProblem {
  /** `AgentDisabled` may end: an admin may enable the Agent again. All others are for good. */
  reason: Exclude<AgentCredentialReason, 'Active'> | 'AgentDisabled';
  /** For people and logs. */
  message: string;
}

/**
 * Why a credential does not let its host in now; `undefined` when it does.
 *
 * @param agent the Agent that it names, in its present state; `undefined` when there is none.
 */
export function findCredentialProblem(
  credential: AgentCredential,
  agent: Agent | undefined,
  now: Date,
): CredentialProblem | undefined {
  const { agentRef, agentUID, access } = credential.spec;
  const ended = findEnd(credential, now);
  if (ended) return ended;
  if (credential.metadata.deletionTimestamp !== undefined || (access ?? 'Enabled') !== 'Enabled')
    return { reason: 'Revoked', message: 'The credential of this host was revoked' };
  const name = `${agentRef.namespace}/${agentRef.name}`;
  if (!agent || agent.metadata.deletionTimestamp !== undefined || agent.metadata.uid !== agentUID)
    return { reason: 'AgentGone', message: `Agent ${name}, for which this host was enrolled, is gone` };
  if ((agent.spec.access ?? 'Enabled') !== 'Enabled')
    return { reason: 'AgentDisabled', message: `Agent ${name} is disabled` };
  return undefined;
}

/** Ends that the credential itself tells of. What a newer version may say besides True is an end too. */
function findEnd({ status }: AgentCredential, now: Date): CredentialProblem | undefined {
  const ready = findCondition(status?.conditions, AgentCredentialCondition.Ready);
  if (ready && ready.status !== 'True')
    return { reason: ready.reason as Exclude<AgentCredentialReason, 'Active'>, message: ready.message };
  if (isPast(status?.expirationTime, now))
    return { reason: 'Expired', message: 'The host was enrolled so long ago that it must be enrolled again' };
  if (isPast(status?.refreshTokenExpirationTime, now))
    return { reason: 'Expired', message: 'The host was away for so long that it must be enrolled again' };
  return undefined;
}

/** Whether a time was reached; one that is not set never is. */
export function isPast(time: string | undefined, now: Date): boolean {
  return time !== undefined && !(Date.parse(time) > now.getTime());
}

/** Whether the hash is that of an access token which is good: the present one, or the one before it until it ends. */
export function isAccessToken({ status }: AgentCredential, hash: string, now: Date): boolean {
  if (status?.accessTokenHash === hash) return isAhead(status.accessTokenExpirationTime, now);
  return status?.previousAccessTokenHash === hash && isAhead(status.previousAccessTokenExpirationTime, now);
}

/** Whether the hash is that of one of the last two access tokens, ended or not. */
export function isKnownToken({ status }: AgentCredential, hash: string): boolean {
  return status?.accessTokenHash === hash || status?.previousAccessTokenHash === hash;
}

/** Whether a time is set and lies ahead. */
function isAhead(time: string | undefined, now: Date): boolean {
  return time !== undefined && Date.parse(time) > now.getTime();
}
