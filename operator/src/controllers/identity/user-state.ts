import type { User, UserStatus } from '@nannyapi/crds';
import { setCondition, type ConditionInput } from '@nannyapi/runtime';

/** The status of a person without the logins that have ended, and the seconds until the next one ends, absent for never. */
export function userStatusOf(user: User, now: Date): { status: UserStatus; changesInSeconds?: number } {
  const { status, spec, metadata } = user;
  const sessions = (status?.sessions ?? []).filter(({ expirationTime }) => Date.parse(expirationTime) > now.getTime());
  const ready = { ...readyOf(spec.access ?? 'Enabled'), observedGeneration: metadata.generation };
  const conditions = setCondition(status?.conditions ?? [], ready, now);
  const ends = sessions.map(({ expirationTime }) => Date.parse(expirationTime));
  return {
    status: { ...status, conditions, ...(status?.sessions === undefined ? {} : { sessions }) },
    ...(ends.length === 0 ? {} : { changesInSeconds: (Math.min(...ends) - now.getTime()) / 1000 }),
  };
}

function readyOf(access: NonNullable<User['spec']['access']>): ConditionInput {
  if (access === 'Enabled')
    return { type: 'Ready', status: 'True', reason: 'Enabled', message: 'The person may log in' };
  return { type: 'Ready', status: 'False', reason: 'Disabled', message: 'The person may not log in: spec.access' };
}
