import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off.ts';

describe('a back-off', () => {
  it('doubles up to its limit and starts over after a success', () => {
    const backOff = new BackOff({ firstMs: 100, maxMs: 1000 }, () => 0.999_999);
    expect([1, 2, 3, 4, 5, 6].map(() => backOff.nextMs())).toEqual([100, 200, 400, 800, 1000, 1000]);
    backOff.reset();
    expect(backOff.nextMs()).toBe(100);
  });

  it('spreads over the upper half, so that agents do not come back together', () => {
    expect(new BackOff({ firstMs: 100, maxMs: 1000 }, () => 0).nextMs()).toBe(50);
    expect(new BackOff({ firstMs: 100, maxMs: 1000 }, () => 0.5).nextMs()).toBe(75);
  });
});
