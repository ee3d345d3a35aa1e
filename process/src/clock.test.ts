import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  it('sleeps for about the time asked', async () => {
    const startMs = systemClock.monotonicMs();
    await systemClock.sleep(10);
    expect(systemClock.monotonicMs() - startMs).toBeGreaterThanOrEqual(9);
  });

  it('ends a sleep with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const sleep = systemClock.sleep(60_000, { signal: controller.signal });
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });

  it('does not begin to sleep under an aborted signal', async () => {
    await expect(systemClock.sleep(60_000, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('does not fire at once when asked for more than Node timers can hold', async () => {
    let fired = false;
    const timer = systemClock.setTimer(2 ** 31 + 1000, () => {
      fired = true;
    });
    await systemClock.sleep(5);
    timer.cancel();
    expect(fired).toBe(false);
  });
});
