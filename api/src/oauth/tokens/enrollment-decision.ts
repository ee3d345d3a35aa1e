import type { EnrollmentToken, EnrollmentTokenStatusAgent } from '@nannyapi/crds';
import { holds, parseRanges } from '../../identity/cluster-node.ts';

/** How a host shows an install token. */
export interface EnrollmentRequest {
  /** Hash of the token that it shows. */
  tokenHash: string;
  /** Thumbprint of its key. */
  thumbprint: string;
  /** Where it comes from, as the socket tells. */
  address: string;
}

/** What an install token leads to. */
export type EnrollmentDecision =
  /** One use is taken, against this very state. */
  | { kind: 'Use' }
  /** The host has taken its use before and may have lost the answer. */
  | { kind: 'RepeatAnswer'; use: EnrollmentTokenStatusAgent }
  | { kind: 'Refuse'; reason: 'Unknown' | 'Revoked' | 'Expired' | 'OtherAddress' | 'UsedUp'; message: string };

/** How long a use is answered again to the same key, in seconds. */
const REPEAT_SECONDS = 120;

/**
 * Decides one use of an install token from its newest state.
 *
 * Every refusal but that of an unknown one names its cause: whoever shows the token made it or was given it.
 */
export function decideEnrollment(token: EnrollmentToken, request: EnrollmentRequest, now: Date): EnrollmentDecision {
  const { spec, status, metadata } = token;
  if (spec.tokenHash !== request.tokenHash) return refuse('Unknown', 'There is no such install token');
  if (metadata.deletionTimestamp !== undefined || (spec.access ?? 'Enabled') !== 'Enabled')
    return refuse('Revoked', 'The install token was revoked');
  if (!isAllowed(spec.allowedAddresses ?? [], request.address))
    return refuse('OtherAddress', 'The install token is not good from this address');
  const used = status?.agents?.find(({ keyThumbprint }) => keyThumbprint === request.thumbprint);
  if (used && now.getTime() - Date.parse(used.time) < REPEAT_SECONDS * 1000) return { kind: 'RepeatAnswer', use: used };
  if (Date.parse(spec.expirationTime) <= now.getTime()) return refuse('Expired', 'The install token has expired');
  if ((status?.uses ?? 0) >= (spec.maxUses ?? 1)) return refuse('UsedUp', 'The install token is used up');
  return { kind: 'Use' };
}

/** What cannot be read as a network holds no address: a limit that is wrong must not become none. */
function isAllowed(networks: readonly string[], address: string): boolean {
  return networks.length === 0 || networks.some((network) => holds(parseRangesOrNone(network), address));
}

function parseRangesOrNone(network: string): ReturnType<typeof parseRanges> {
  try {
    return parseRanges(network);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return parseRanges('');
  }
}

function refuse(
  reason: Extract<EnrollmentDecision, { kind: 'Refuse' }>['reason'],
  message: string,
): EnrollmentDecision {
  return { kind: 'Refuse', reason, message };
}
