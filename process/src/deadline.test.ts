import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';
import { FakeClock } from './fake-clock.ts';

describe('withDeadline', () => {
  it('aborts with DeadlineExceeded when the time is up', async () => {
    const clock = new FakeClock();
    using deadline = withDeadline(100, { clock });
    await clock.advance(99);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.reason).toMatchObject({ code: 'DeadlineExceeded', status: 504 });
  });

  it('aborts with the reason of its parent, also when that aborted before', () => {
    const parent = new AbortController();
    using early = withDeadline(100, { signal: parent.signal, clock: new FakeClock() });
    const reason = new Error('stop');
    parent.abort(reason);
    using late = withDeadline(100, { signal: parent.signal, clock: new FakeClock() });
    expect(early.signal.reason).toBe(reason);
    expect(late.signal.reason).toBe(reason);
  });

  it('leaves nothing behind once disposed', () => {
    const clock = new FakeClock();
    const parent = new AbortController();
    {
      using _deadline = withDeadline(100, { signal: parent.signal, clock });
      expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    }
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });
});
