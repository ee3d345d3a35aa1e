import { FakeClock } from '@nannyapi/process';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_OAUTH_LIMITS, type OAuthLimits } from '../oauth-limits.ts';
import { PendingStarts } from './pending-starts.ts';
import { PollTimes } from './poll-times.ts';
import { TryLimit } from './try-limit.ts';

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
const limitsWith = (limits: Partial<OAuthLimits>): OAuthLimits => ({ ...DEFAULT_OAUTH_LIMITS, ...limits });

describe('polls', () => {
  it('RFC 8628 §3.5: wait five seconds more for each one that came early, from then on', async () => {
    const polls = new PollTimes(clock);
    const after = async (seconds: number): Promise<boolean> => {
      await clock.advance(seconds * 1000);
      return polls.note('dc-1', 5);
    };
    expect(await after(0)).toBe(false);
    expect(await after(5)).toBe(false);
    expect(await after(3)).toBe(true);
    expect(await after(5)).toBe(true);
    expect(await after(14)).toBe(true);
    expect(await after(20)).toBe(false);
    expect(await after(15)).toBe(true);
  });

  it('may be half a second early: a network delivers one late and the next in time', async () => {
    const polls = new PollTimes(clock);
    polls.note('dc-1', 5);
    await clock.advance(4600);
    expect(polls.note('dc-1', 5)).toBe(false);
  });

  it('never wait more than a minute, and those of one code do not slow another', async () => {
    const polls = new PollTimes(clock);
    for (let count = 0; count < 50; count++) polls.note('dc-1', 5);
    expect(polls.note('dc-2', 5)).toBe(false);
    await clock.advance(60_000);
    expect(polls.note('dc-1', 5)).toBe(false);
  });
});

describe('wrong user codes', () => {
  const limits = limitsWith({ triesPerPerson: 3, triesPerAddress: 5, triesTotal: 7, triesWindowSeconds: 60 });
  const tooMany = expect.objectContaining({ code: 'TooManyRequests' });

  it('of one person end, from wherever they come, and begin again after the window', async () => {
    const tries = new TryLimit(limits, clock);
    for (const network of ['a', 'b', 'c']) tries.take({ person: 'anna', network });
    expect(() => tries.take({ person: 'anna', network: 'd' })).toThrow(tooMany);
    await clock.advance(60_000);
    expect(() => tries.take({ person: 'anna', network: 'd' })).not.toThrow();
  });

  it('of one address end, whoever types them', () => {
    const tries = new TryLimit(limits, clock);
    for (let count = 0; count < 5; count++) tries.take({ person: `p${count}`, network: 'a' });
    expect(() => tries.take({ person: 'new', network: 'a' })).toThrow(tooMany);
  });

  it('of everybody end, and say when to come again', async () => {
    const tries = new TryLimit(limits, clock);
    for (let count = 0; count < 7; count++) tries.take({ person: `p${count}`, network: `n${count}` });
    await clock.advance(20_000);
    expect(() => tries.take({ person: 'new', network: 'new' })).toThrow(
      expect.objectContaining({ code: 'TooManyRequests', retryAfterSeconds: 40 }),
    );
  });

  it('do not end those who type right ones', () => {
    const tries = new TryLimit(limits, clock);
    for (let count = 0; count < 50; count++) tries.take({ person: 'anna', network: 'a' })();
    expect(() => tries.take({ person: 'anna', network: 'a' })).not.toThrow();
  });
});

describe('pending codes', () => {
  const limits = limitsWith({ pendingPerAddress: 2, pendingTotal: 3, codeLifetimeSeconds: 600 });
  const endAt = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

  it('of one address are bounded, and those of others go on', () => {
    const pending = new PendingStarts(limits, clock);
    pending.add('dc-1', 'a', endAt(600));
    pending.add('dc-2', 'a', endAt(600));
    expect(pending.retryAfterSeconds('a')).toBeGreaterThan(0);
    expect(pending.retryAfterSeconds('b')).toBeUndefined();
  });

  it('are bounded in total', () => {
    const pending = new PendingStarts(limits, clock);
    for (const name of ['a', 'b', 'c']) pending.add(`dc-${name}`, name, endAt(600));
    expect(pending.retryAfterSeconds('d')).toBeGreaterThan(0);
  });

  it('are counted once, and no more once they are decided on or have ended', async () => {
    const pending = new PendingStarts(limits, clock);
    for (let times = 0; times < 3; times++) pending.add('dc-1', 'a', endAt(600));
    pending.add('dc-2', 'a', endAt(600));
    pending.remove('dc-1');
    pending.remove('dc-1');
    expect(pending.retryAfterSeconds('a')).toBeUndefined();
    expect(pending.size).toBe(1);
    await clock.advance(600_000);
    expect(pending.size).toBe(0);
  });
});
