import { DeviceCodeCondition, type DeviceCode } from '@nannyapi/crds';
import { setCondition } from '@nannyapi/runtime';

/** What a person decided, and for whom. */
export interface PersonDecision {
  outcome: 'Approved' | 'Denied';
  /** Name of the person. */
  by: string;
  /** Where the person is, as the socket told. */
  address: string;
  agentRef?: { namespace: string; name: string } | undefined;
  replacesKey?: boolean | undefined;
  /** Name of the User that a command line acts for. */
  user?: string | undefined;
}

/** The status of a code that a person decided on, as a merge patch. */
export function decidedStatus(code: DeviceCode, decision: PersonDecision, now: Date): object {
  const { outcome, by, address, agentRef, replacesKey, user } = decision;
  const isApproved = outcome === 'Approved';
  const condition = {
    type: DeviceCodeCondition.Approved,
    status: isApproved ? ('True' as const) : ('False' as const),
    reason: outcome,
    message: `${by} ${isApproved ? 'let it in' : 'refused it'}`,
  };
  return {
    ...conditionOf(code, condition, now),
    decision: { outcome, by, address, time: now.toISOString() },
    ...(agentRef ? { agentRef, replacesKey: replacesKey ?? false } : {}),
    ...(user === undefined ? {} : { userRef: { name: user } }),
  };
}

/** The status of a code whose tokens are fetched, as a merge patch. */
export function redeemedStatus(code: DeviceCode, now: Date): object {
  const condition = {
    type: DeviceCodeCondition.Redeemed,
    status: 'True' as const,
    reason: 'Redeemed',
    message: 'The tokens were fetched',
  };
  return { ...conditionOf(code, condition, now), redeemedTime: now.toISOString() };
}

function conditionOf(
  { metadata, status }: DeviceCode,
  condition: Parameters<typeof setCondition>[1],
  now: Date,
): object {
  const { generation: observedGeneration = 0 } = metadata;
  return {
    observedGeneration,
    conditions: setCondition(status?.conditions, { ...condition, observedGeneration }, now),
  };
}
