import type { DeviceCode } from '@nannyapi/crds';

/** What a poll with a device code leads to. The lower-case words are those of RFC 8628 §3.5 and RFC 6749 §5.2. */
export type PollDecision =
  | {
      kind: 'Refuse';
      error: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'invalid_grant';
    }
  /** Approved: mark it as redeemed against this very state, and hand out tokens. */
  | { kind: 'Redeem' }
  /** Redeemed a moment ago by the same key: if the answer was lost, the same tokens are told again. */
  | { kind: 'RepeatAnswer' };

/**
 * How long after its redemption a code is answered again to the key that it is bound to, in seconds.
 *
 * A host whose connection broke sees a timeout first and then backs off; the code alone is of no use to anybody else.
 */
export const REPEAT_SECONDS = 120;

/**
 * Decides one poll of the client that started the flow.
 *
 * Decisions and redemptions never go away, so refusals for them are right from an old copy too; whether a code is
 * redeemed is decided by a write against its newest state.
 *
 * @param isEarly whether the client came before its interval was over
 */
export function decidePoll(code: DeviceCode, isEarly: boolean, now: Date): PollDecision {
  const { spec, status } = code;
  if (status?.decision?.outcome === 'Denied') return refuse('access_denied');
  if (status?.redeemedTime !== undefined) return decideRedeemed(code, isEarly, now);
  if (isExpired(code, now)) return refuse('expired_token');
  if (status?.decision?.outcome === 'Approved') return { kind: 'Redeem' };
  // What this version does not know, it does not grant.
  if (spec.client !== 'Agent' && spec.client !== 'CommandLine') return refuse('invalid_grant');
  return refuse(isEarly ? 'slow_down' : 'authorization_pending');
}

/** Whether both codes have ended. */
export function isExpired(code: DeviceCode, now: Date): boolean {
  return Date.parse(code.spec.expirationTime) <= now.getTime();
}

/** Whether a person can still decide. */
export function isPending(code: DeviceCode, now: Date): boolean {
  return code.status?.decision === undefined && code.metadata.deletionTimestamp === undefined && !isExpired(code, now);
}

/**
 * A redeemed code is used up. Only a host that proves to hold its key may ask again, for it may have lost the answer;
 * not at once, though: of polls that came at the same time one has the answer already.
 */
function decideRedeemed({ spec, status }: DeviceCode, isEarly: boolean, now: Date): PollDecision {
  const ageSeconds = (now.getTime() - Date.parse(status?.redeemedTime ?? '')) / 1000;
  if (spec.client !== 'Agent' || !(ageSeconds < REPEAT_SECONDS)) return refuse('invalid_grant');
  return isEarly || ageSeconds < spec.intervalSeconds ? refuse('slow_down') : { kind: 'RepeatAnswer' };
}

function refuse(error: Extract<PollDecision, { kind: 'Refuse' }>['error']): PollDecision {
  return { kind: 'Refuse', error };
}
