import type { EnrollmentToken } from '@nannyapi/crds';
import type { ConditionInput } from '@nannyapi/runtime';

/** The condition `Ready` of an install token, and the seconds until time alone changes it, absent for never. */
export function readyOfEnrollmentToken(
  { spec, status }: EnrollmentToken,
  now: Date,
): { ready: ConditionInput; changesInSeconds?: number } {
  const maxUses = spec.maxUses ?? 1;
  if (spec.access === 'Revoked') return { ready: notReady('Revoked', 'It was revoked; those that it let in stay') };
  if ((status?.uses ?? 0) >= maxUses)
    return { ready: notReady('UsedUp', `It has enrolled ${maxUses} of ${maxUses} hosts`) };
  const restSeconds = (Date.parse(spec.expirationTime) - now.getTime()) / 1000;
  if (restSeconds <= 0) return { ready: notReady('Expired', `It ended at ${spec.expirationTime}`) };
  const message = `It may enrol ${maxUses - (status?.uses ?? 0)} more of ${maxUses} hosts`;
  return { ready: { type: 'Ready', status: 'True', reason: 'Usable', message }, changesInSeconds: restSeconds };
}

function notReady(reason: 'Expired' | 'UsedUp' | 'Revoked', message: string): ConditionInput {
  return { type: 'Ready', status: 'False', reason, message };
}
