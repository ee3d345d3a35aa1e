import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('fires timers in the order of their due times, and equal ones in the order of creation', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push('late'));
    clock.setTimer(10, () => fired.push('early'));
    clock.setTimer(20, () => fired.push('late, second'));
    await clock.advance(19);
    expect(fired).toEqual(['early']);
    await clock.advance(1);
    expect(fired).toEqual(['early', 'late', 'late, second']);
  });

  it('fires a timer that a woken task set, when it falls due in the same advance', async () => {
    const clock = new FakeClock();
    let woken = 0;
    const task = (async () => {
      for (woken = 1; woken < 4; woken++) await clock.sleep(10);
    })();
    await clock.advance(30);
    expect(woken).toBe(4);
    await task;
  });

  it('shows a timer the time it was set for', async () => {
    const clock = new FakeClock(new Date('2026-05-01T00:00:00Z'));
    const seen: string[] = [];
    clock.setTimer(1500, () => seen.push(clock.now().toISOString()));
    await clock.advance(10_000);
    expect(seen).toEqual(['2026-05-01T00:00:01.500Z']);
    expect(clock.now().toISOString()).toBe('2026-05-01T00:00:10.000Z');
    expect(clock.monotonicMs()).toBe(10_000);
  });

  it('forgets cancelled timers and aborted sleeps', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    clock.setTimer(5, () => expect.unreachable()).cancel();
    const sleep = clock.sleep(5, { signal: controller.signal });
    controller.abort();
    await expect(sleep).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.pendingTimers).toBe(0);
    expect(clock.nextTimerMs).toBeUndefined();
    await clock.advance(10);
  });
});
