import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

describe('RateLimiter', () => {
  it('doubles the delay of a key up to the longest one, and only of that key', () => {
    const limiter = new RateLimiter({ baseDelayMs: 10, maxDelayMs: 100 });
    expect([1, 2, 3, 4, 5, 6].map(() => limiter.next('a'))).toEqual([10, 20, 40, 80, 100, 100]);
    expect(limiter.next('b')).toBe(10);
    expect(limiter.failures('a')).toBe(6);
  });

  it('starts anew after the key was forgotten', () => {
    const limiter = new RateLimiter({ baseDelayMs: 10 });
    limiter.next('a');
    limiter.forget('a');
    expect(limiter.failures('a')).toBe(0);
    expect(limiter.next('a')).toBe(10);
  });

  it('never shrinks, and stays finite and within its bounds for any number of failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (failures) => {
        const limiter = new RateLimiter();
        let last = 0;
        for (let count = 0; count < failures; count++) {
          const delayMs = limiter.next('a');
          expect(delayMs).toBeGreaterThanOrEqual(last);
          expect(delayMs).toBeLessThanOrEqual(120_000);
          last = delayMs;
        }
      }),
      { numRuns: 20 },
    );
  });
});
