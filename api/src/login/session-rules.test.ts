import type { User, UserStatusSession } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { isAlive, isOver, isSeenDue, principalOf, withSession } from './session-rules.ts';

const START = Date.parse('2026-03-01T08:00:00Z');
const MINUTE_MS = 60_000;
const LIMITS = { idleMs: 30 * MINUTE_MS, lifetimeMs: 120 * MINUTE_MS };
const at = (minutes: number): Date => new Date(START + minutes * MINUTE_MS);

function session(fields: Partial<UserStatusSession> = {}): UserStatusSession {
  const [startTime, expirationTime] = [at(0).toISOString(), at(120).toISOString()];
  return { id: 'a'.repeat(32), client: 'Browser', startTime, expirationTime, ...fields };
}

const user = (access?: 'Enabled' | 'Disabled'): User =>
  ({ spec: { provider: 'github', subject: '7', ...(access ? { access } : {}) } }) as User;

describe('a login counts', () => {
  it('until it has been idle for long, counted from its last use', () => {
    expect(isOver(session(), LIMITS, at(29))).toBe(false);
    expect(isOver(session(), LIMITS, at(30))).toBe(true);
    const used = session({ lastSeenTime: at(25).toISOString() });
    expect([isOver(used, LIMITS, at(54)), isOver(used, LIMITS, at(55))]).toEqual([false, true]);
  });

  it('until its lifetime is over, however lately it was used', () => {
    const used = session({ lastSeenTime: at(119).toISOString() });
    expect([isOver(used, LIMITS, at(119)), isOver(used, LIMITS, at(120))]).toEqual([false, true]);
  });

  it('of a command line until its lifetime is over, idle or not', () => {
    const token = session({ client: 'CommandLine' });
    expect([isOver(token, LIMITS, at(119)), isOver(token, LIMITS, at(120))]).toEqual([false, true]);
  });

  it('for no person who is disabled, even where its entry still stands', () => {
    expect(isAlive(user(), session(), LIMITS, at(1))).toBe(true);
    expect(isAlive(user('Enabled'), session(), LIMITS, at(1))).toBe(true);
    expect(isAlive(user('Disabled'), session(), LIMITS, at(1))).toBe(false);
  });

  it('not with an end that is no time', () => {
    expect(isOver(session({ expirationTime: 'never' }), LIMITS, at(1))).toBe(true);
    expect(isOver(session({ lastSeenTime: 'never' }), LIMITS, at(1))).toBe(true);
  });
});

describe('the use of a login', () => {
  it('is noted after five minutes, and not before', () => {
    expect([isSeenDue(session(), at(4.9)), isSeenDue(session(), at(5))]).toEqual([false, true]);
  });
});

describe('the list of logins', () => {
  const id = (index: number): string => index.toString(16).padStart(32, '0');
  const full = Array.from({ length: 32 }, (_, index) =>
    session({ id: id(index), lastSeenTime: at(index === 5 ? 1 : 10 + index / 10).toISOString() }),
  );

  it('holds at most 32; the one that was used longest ago goes, and the others keep their order', () => {
    const list = withSession(full, session({ id: id(99) }), LIMITS, at(20));
    expect(list.map((each) => each.id)).toEqual([
      ...full.map((each) => each.id).filter((each) => each !== id(5)),
      id(99),
    ]);
  });

  it('loses those that are over, and no other for it', () => {
    const list = withSession([session({ id: id(1) }), ...full.slice(6, 8)], session({ id: id(99) }), LIMITS, at(31));
    expect(list.map((each) => each.id)).toEqual([id(6), id(7), id(99)]);
  });
});

describe('whom a login speaks for', () => {
  it('has the groups that the login brought and the configuration still maps, and none of the cluster', () => {
    const live = { user: user(), session: session({ groups: ['staff', 'gone', 'system:masters'] }) };
    expect(principalOf(live, ['staff', 'other', 'system:masters'])).toEqual({
      kind: 'user',
      name: 'github:7',
      groups: ['staff'],
      provider: 'github',
    });
    expect(principalOf({ user: user(), session: session() }, ['staff']).groups).toEqual([]);
  });
});
