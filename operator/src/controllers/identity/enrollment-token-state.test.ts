import type { EnrollmentToken } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { after } from '../../../testing/run-fixture.ts';
import { readyOfEnrollmentToken } from './enrollment-token-state.ts';

function tokenWith(spec: Partial<EnrollmentToken['spec']>, uses?: number): EnrollmentToken {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'EnrollmentToken',
    metadata: { name: 'rack-7', namespace: 'nannyapi' },
    spec: {
      tokenHash: `sha256:${'a'.repeat(64)}`,
      agentNamespace: 'default',
      expirationTime: after(3600).toISOString(),
      ...spec,
    },
    ...(uses === undefined ? {} : { status: { uses } }),
  };
}

describe('an install token', () => {
  it.each([
    ['can be used once when nothing is said', tokenWith({}), 'True Usable', 'It may enrol 1 more of 1 hosts'],
    [
      'can be used for the hosts that are left',
      tokenWith({ maxUses: 20 }, 7),
      'True Usable',
      'It may enrol 13 more of 20 hosts',
    ],
    ['is used up', tokenWith({ maxUses: 2 }, 2), 'False UsedUp', 'It has enrolled 2 of 2 hosts'],
    [
      'is revoked, used up or not',
      tokenWith({ access: 'Revoked' }, 1),
      'False Revoked',
      'It was revoked; those that it let in stay',
    ],
    [
      'has ended',
      tokenWith({ expirationTime: after(60).toISOString() }),
      'False Expired',
      'It ended at 2026-03-01T12:01:00.000Z',
    ],
  ])('%s', (_, token, state, message) => {
    const { ready } = readyOfEnrollmentToken(token, after(60));
    expect([`${ready.status} ${ready.reason}`, ready.message]).toEqual([state, message]);
  });

  it('is looked at again when it ends, and no more after that', () => {
    expect(readyOfEnrollmentToken(tokenWith({}), after(60)).changesInSeconds).toBe(3540);
    expect(readyOfEnrollmentToken(tokenWith({}), after(7200)).changesInSeconds).toBeUndefined();
  });
});
