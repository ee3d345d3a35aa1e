import { AgentCredentialCondition, type AgentCredential } from '@nannyapi/crds';
import { setCondition } from '@nannyapi/runtime';
import { plainAddress } from '../../identity/cluster-node.ts';
import type { OAuthLimits } from '../oauth-limits.ts';
import { isPast } from './credential-state.ts';
import { REFRESH_GRACE_SECONDS, withBoot } from './refresh-decision.ts';
import { hashOf } from './token-format.ts';
import type { TokenPair } from './token-pair.ts';

/** What stands in the status besides hashes. */
export interface PairContext {
  now: Date;
  limits: OAuthLimits;
  /** Where the host is, as the socket told. */
  address: string;
  machineID?: string | undefined;
  bootID?: string | undefined;
}

/** The status of a credential whose host was given its first tokens, as a merge patch. */
export function enrolledStatus(credential: AgentCredential, pair: TokenPair, context: PairContext): object {
  const { now, limits, bootID, machineID } = context;
  const expirationTime = secondsAfter(now, limits.credentialSeconds);
  return {
    ...presentPair(credential, pair, { ...context, expirationTime }),
    previousAccessTokenHash: null,
    previousAccessTokenExpirationTime: null,
    previousRefreshTokenHash: null,
    previousRefreshTokenGraceTime: null,
    refreshCount: 0,
    expirationTime,
    machineID: machineID ?? null,
    bootIDs: withBoot([], bootID),
  };
}

/** The status of a credential whose tokens are renewed, as a merge patch. */
export function renewedStatus(credential: AgentCredential, pair: TokenPair, context: PairContext): object {
  const { status } = credential;
  const { now, bootID, machineID } = context;
  const isSpent = isPast(status?.accessTokenExpirationTime, now);
  return {
    ...presentPair(credential, pair, { ...context, expirationTime: status?.expirationTime }),
    previousAccessTokenHash: isSpent ? null : (status?.accessTokenHash ?? null),
    previousAccessTokenExpirationTime: isSpent ? null : (status?.accessTokenExpirationTime ?? null),
    previousRefreshTokenHash: status?.refreshTokenHash ?? null,
    previousRefreshTokenGraceTime: secondsAfter(now, REFRESH_GRACE_SECONDS),
    refreshCount: (status?.refreshCount ?? 0) + 1,
    machineID: status?.machineID ?? machineID ?? null,
    bootIDs: withBoot(status?.bootIDs, bootID),
  };
}

/** The status of a credential that is good no more, as a merge patch. */
export function endedStatus(
  credential: AgentCredential,
  { reason, message }: { reason: string; message: string },
  now: Date,
): object {
  return { ...conditionOf(credential, { status: 'False', reason, message }, now) };
}

function presentPair(
  credential: AgentCredential,
  pair: TokenPair,
  context: PairContext & { expirationTime: string | undefined },
): object {
  const { now, limits, address, expirationTime } = context;
  const idleEnd = secondsAfter(now, limits.refreshIdleSeconds);
  return {
    ...conditionOf(credential, { status: 'True', reason: 'Active', message: 'The host can prove who it is' }, now),
    accessTokenHash: hashOf(pair.accessToken),
    accessTokenExpirationTime: secondsAfter(now, limits.accessTokenSeconds),
    refreshTokenHash: hashOf(pair.refreshToken),
    refreshTokenIssuedTime: now.toISOString(),
    // Times in this form sort as text.
    refreshTokenExpirationTime: expirationTime !== undefined && expirationTime < idleEnd ? expirationTime : idleEnd,
    lastRefreshTime: now.toISOString(),
    address: plainAddress(address),
  };
}

function conditionOf(
  { metadata, status: present }: AgentCredential,
  condition: { status: 'True' | 'False'; reason: string; message: string },
  now: Date,
): object {
  const { generation: observedGeneration = 0 } = metadata;
  const type = AgentCredentialCondition.Ready;
  return {
    observedGeneration,
    conditions: setCondition(present?.conditions, { type, ...condition, observedGeneration }, now),
  };
}

function secondsAfter(time: Date, seconds: number): string {
  return new Date(time.getTime() + seconds * 1000).toISOString();
}
