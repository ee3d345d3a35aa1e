import type { User, UserStatus } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { after } from '../../../testing/run-fixture.ts';
import { userStatusOf } from './user-state.ts';

type Session = NonNullable<UserStatus['sessions']>[number];

const session = (id: string, endsAfterSeconds: number): Session => ({
  id: id.repeat(32),
  client: 'Browser',
  startTime: after(0).toISOString(),
  expirationTime: after(endsAfterSeconds).toISOString(),
});

function userWith(spec: Partial<User['spec']>, status: UserStatus = {}): User {
  const metadata = { name: 'github-0', generation: 3 };
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'User',
    metadata,
    spec: { provider: 'github', subject: '1', ...spec },
    status,
  };
}

describe('the status of a person', () => {
  it('loses the logins that have ended, and keeps what the API wrote', () => {
    const user = userWith({}, { groups: ['ops'], sessions: [session('a', 60), session('b', 61), session('c', 900)] });
    const { status, changesInSeconds } = userStatusOf(user, after(60));
    expect(status.sessions?.map(({ id }) => id[0])).toEqual(['b', 'c']);
    expect(status.groups).toEqual(['ops']);
    expect(changesInSeconds).toBe(1);
  });

  it.each([
    ['Enabled', 'True'],
    ['Disabled', 'False'],
  ] as const)('says of %s access whether the person may log in', (access, status) => {
    const [ready] = userStatusOf(userWith({ access }), after(0)).status.conditions ?? [];
    expect(ready).toMatchObject({ type: 'Ready', status, reason: access, observedGeneration: 3 });
  });

  it('gives a person who never logged in no list of logins, and is not looked at again', () => {
    const { status, changesInSeconds } = userStatusOf(userWith({}), after(0));
    expect(status).not.toHaveProperty('sessions');
    expect(changesInSeconds).toBeUndefined();
  });
});
