import { describe, expect, it } from 'vitest';
import { checkedTiming } from './election-timing.ts';
import { releasedSpec, renewedSpec, takenSpec } from './lease.ts';

const now = new Date('2026-05-01T10:00:00.123Z');
const holding = { identity: 'me', leaseDurationSeconds: 15, now };

describe('a lease', () => {
  it('is taken for the first time without a transition, its times told to the microsecond', () => {
    expect(takenSpec(holding, undefined)).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-05-01T10:00:00.123000Z',
      renewTime: '2026-05-01T10:00:00.123000Z',
      leaseTransitions: 0,
    });
  });

  it('is renewed without touching who took it when, and counts each change of hands', () => {
    const first = takenSpec(holding, undefined);
    const renewed = renewedSpec({ ...holding, now: new Date('2026-05-01T10:00:02Z') }, first);
    expect(renewed).toEqual({ ...first, renewTime: '2026-05-01T10:00:02.000000Z' });
    expect(takenSpec({ ...holding, identity: 'other' }, renewed)).toMatchObject({
      holderIdentity: 'other',
      leaseTransitions: 1,
    });
  });

  it('is released such that any client finds it free at once', () => {
    const released = releasedSpec(takenSpec(holding, undefined), now);
    expect(released).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
  });
});

describe('the timing of an election', () => {
  it('is that of client-go by default', () => {
    expect(checkedTiming()).toEqual({ leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 });
  });

  it.each([
    ['a fraction of a second', { leaseDurationSeconds: 15.5 }],
    ['a deadline as long as the lease', { renewDeadlineSeconds: 15 }],
    ['a retry period as long as the deadline', { retryPeriodSeconds: 10 }],
    ['a retry period of nothing', { retryPeriodSeconds: 0 }],
    ['no number', { renewDeadlineSeconds: Number.NaN }],
  ])('refuses %s', (_, timing) => expect(() => checkedTiming(timing)).toThrow(RangeError));
});
