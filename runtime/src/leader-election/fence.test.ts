import { FakeClock, type Clock } from '@nannyapi/process';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fence } from './fence.ts';
import { instantOf } from './instant.ts';

let clock: FakeClock;
let fence: Fence;

beforeEach(() => {
  clock = new FakeClock();
  fence = new Fence({ clock, renewDeadlineMs: 10_000 });
});

const refused = expect.objectContaining({ code: 'NotLeading', status: 503 }) as Error;
const admitted = () => {
  using _permit = fence.admit();
};

/** A clock whose timers never run: in a process that was stopped the clocks have moved on and the event loop has not. */
function clockOf(clocks: { monotonicMs: number; wallMs: number }): Clock {
  return {
    now: () => new Date(clocks.wallMs),
    monotonicMs: () => clocks.monotonicMs,
    sleep: () => new Promise(() => undefined),
    setTimer: () => ({ cancel: () => undefined }),
  };
}

describe('Fence', () => {
  it('is closed before the first term and open from then until the renew deadline', async () => {
    expect(admitted).toThrow(refused);
    const term = fence.begin(instantOf(clock));
    expect(admitted).not.toThrow();
    await clock.advance(9_999);
    expect(admitted).not.toThrow();
    await clock.advance(1);
    expect(admitted).toThrow(refused);
    expect(term.aborted).toBe(true);
  });

  it('counts from when a renewal was sent, not from when its answer came', async () => {
    fence.begin(instantOf(clock));
    await clock.advance(4_000);
    const sent = instantOf(clock);
    await clock.advance(5_000);
    fence.renew(sent);
    await clock.advance(4_999);
    expect(fence.isLeading()).toBe(true);
    await clock.advance(1);
    expect(fence.isLeading()).toBe(false);
  });

  it('does not begin a term whose lease was asked for too long ago', async () => {
    const sent = instantOf(clock);
    await clock.advance(10_000);
    fence.begin(sent);
    expect(fence.isLeading()).toBe(false);
  });

  it('is not mended by a renewal that comes after the deadline', async () => {
    const term = fence.begin(instantOf(clock));
    await clock.advance(10_000);
    fence.renew(instantOf(clock));
    expect(fence.isLeading()).toBe(false);
    expect(term.aborted).toBe(true);
  });

  it('refuses in a process whose timers have not run yet, and aborts what is under way', () => {
    const clocks = { monotonicMs: 0, wallMs: 0 };
    const stopped = clockOf(clocks);
    fence = new Fence({ clock: stopped, renewDeadlineMs: 10_000 });
    fence.begin(instantOf(stopped));
    const underWay = fence.admit();
    clocks.monotonicMs = 60_000;
    expect(admitted).toThrow(refused);
    expect(underWay.signal.reason).toMatchObject({ code: 'NotLeading' });
  });

  it.each([
    ['the machine slept, and only the wall clock knows', { monotonicMs: 0, wallMs: 60_000 }],
    ['the wall clock was set back', { monotonicMs: 60_000, wallMs: -3_600_000 }],
  ])('refuses when %s', (_, after) => {
    const clocks = { monotonicMs: 0, wallMs: 0 };
    fence = new Fence({ clock: clockOf(clocks), renewDeadlineMs: 10_000 });
    fence.begin({ monotonicMs: 0, wallMs: 0 });
    expect(admitted).not.toThrow();
    Object.assign(clocks, after);
    expect(admitted).toThrow(refused);
  });

  it('lets writes under way end while it closes, and tells when they have', async () => {
    fence.begin(instantOf(clock));
    const permits = [fence.admit(), fence.admit()];
    fence.close();
    expect(admitted).toThrow(refused);
    expect(fence.isLeading()).toBe(true);
    let isSettled = false;
    const settled = fence.settled().then(() => (isSettled = true));
    permits[0]?.[Symbol.dispose]();
    permits[0]?.[Symbol.dispose]();
    await clock.advance(0);
    expect(isSettled).toBe(false);
    permits[1]?.[Symbol.dispose]();
    await settled;
    expect(permits.map(({ signal }) => signal.aborted)).toEqual([false, false]);
  });

  it('leaves no timer behind', () => {
    fence.begin(instantOf(clock));
    fence.renew(instantOf(clock));
    fence.end('the test is over');
    expect(clock.pendingTimers).toBe(0);
  });
});
