import { FakeClock } from '@nannyapi/process';
import { array, asyncProperty, assert, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('lets a burst through at once and then so many a second', async () => {
    const clock = new FakeClock();
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, clock);
    expect([1, 2, 3, 4, 5].map(() => bucket.take())).toEqual([0, 0, 0, 100, 200]);
    await clock.advance(300);
    expect(bucket.take()).toBe(0);
    expect(bucket.tryTake()).toBe(false);
    await clock.advance(100);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
  });

  it('never holds more than it can, however long it rests', async () => {
    const clock = new FakeClock();
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, clock);
    await clock.advance(3_600_000);
    expect([1, 2, 3].map(() => bucket.tryTake())).toEqual([true, true, false]);
  });

  it('grants no more than burst and rate allow in any run of takers', async () => {
    await assert(
      asyncProperty(array(integer({ min: 0, max: 500 }), { maxLength: 60 }), async (pausesMs) => {
        const clock = new FakeClock();
        const bucket = new TokenBucket({ perSecond: 10, burst: 5 }, clock);
        for (const [index, pauseMs] of pausesMs.entries()) {
          await clock.advance(pauseMs);
          const grantedMs = clock.monotonicMs() + bucket.take();
          expect(index + 1).toBeLessThanOrEqual(5 + (grantedMs / 1000) * 10 + 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    { perSecond: 0, burst: 1 },
    { perSecond: 1, burst: 0 },
    { perSecond: Number.NaN, burst: 1 },
  ])('refuses to be made so that nothing passes: %o', (options) => {
    expect(() => new TokenBucket(options, new FakeClock())).toThrow(RangeError);
  });
});
