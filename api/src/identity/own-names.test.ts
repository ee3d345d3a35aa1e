import { describe, expect, it } from 'vitest';
import { requireOwnNames } from './own-names.ts';
import type { UserPrincipal } from './principal.ts';

const anna: UserPrincipal = { kind: 'user', name: 'github:1', groups: ['sre'], provider: 'github' };

describe('names of the cluster', () => {
  it.each<[string, Partial<UserPrincipal>]>([
    ['the name', { name: 'system:admin' }],
    ['a group', { groups: ['sre', 'system:masters'] }],
    ['the group of all who are known', { groups: ['system:authenticated'] }],
  ])('are refused to a person of our own login as %s', (_what, change) => {
    expect(() => requireOwnNames({ ...anna, ...change })).toThrow(/are not given by a login/);
  });

  it('are no matter where a name only looks like one', () => {
    expect(() =>
      requireOwnNames({ ...anna, name: 'github:system:admin', groups: ['my-system:x', 'System:x'] }),
    ).not.toThrow();
  });

  it('are those of whom the cluster itself knows, and of agents nobody asks', () => {
    const account = { kind: 'user', name: 'system:serviceaccount:a:b', groups: ['system:authenticated'] } as const;
    expect(() => requireOwnNames(account)).not.toThrow();
    expect(() => requireOwnNames({ kind: 'agent', namespace: 'default', name: 'system' })).not.toThrow();
  });
});
