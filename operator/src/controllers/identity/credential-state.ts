import type { Agent, AgentCredential, AgentCredentialReason } from '@nannyapi/crds';
import { findCondition, type ConditionInput } from '@nannyapi/runtime';

/** Whether the Agent that a credential speaks for is gone: deleted, or made anew under the name. */
export function isAgentGone({ spec }: AgentCredential, agent: Agent | undefined): boolean {
  if (!agent) return true;
  return spec.agentUID !== undefined && agent.metadata.uid !== spec.agentUID;
}

const MESSAGES: Readonly<Record<AgentCredentialReason, string>> = {
  Active: 'The host can prove who it is',
  Revoked: 'It was revoked. To let the host in, enrol it again',
  RefreshTokenReused: 'An old refresh token came back: it was copied. Look at the host, then enrol it again',
  CloneDetected: 'Two machines use the key. Look at both, then enrol each by itself',
  Expired: 'It was not used for too long. Enrol the host again',
  AgentGone: 'Its Agent was deleted',
};

/** What ends a credential for good, whoever found it out. */
const FINAL: ReadonlySet<string> = new Set(['Revoked', 'RefreshTokenReused', 'CloneDetected', 'Expired', 'AgentGone']);

/**
 * The condition `Ready` of a credential whose Agent exists. What the API found out stays: it saw it happen.
 *
 * @returns with the seconds until time alone changes it, absent for never.
 */
export function readyOfCredential(
  { spec, status }: AgentCredential,
  now: Date,
): { ready: ConditionInput; changesInSeconds?: number } {
  const present = findCondition(status?.conditions, 'Ready');
  if (present?.status === 'False' && FINAL.has(present.reason)) {
    const { reason, message } = present;
    return { ready: { type: 'Ready', status: 'False', reason, message } };
  }
  if (spec.access === 'Revoked') return { ready: notReady('Revoked') };
  const ends = [status?.expirationTime, status?.refreshTokenExpirationTime].flatMap((time) =>
    time === undefined ? [] : [Date.parse(time)],
  );
  if (ends.length === 0) return { ready: active() };
  const restSeconds = (Math.min(...ends) - now.getTime()) / 1000;
  return restSeconds > 0 ? { ready: active(), changesInSeconds: restSeconds } : { ready: notReady('Expired') };
}

function active(): ConditionInput {
  return { type: 'Ready', status: 'True', reason: 'Active', message: MESSAGES.Active };
}

function notReady(reason: Exclude<AgentCredentialReason, 'Active'>): ConditionInput {
  return { type: 'Ready', status: 'False', reason, message: MESSAGES[reason] };
}
