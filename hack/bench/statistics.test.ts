import { describe, expect, it } from 'vitest';
import { median, percentile } from './statistics.ts';

describe('percentile', () => {
  it('is the nearest rank', () => {
    const samples = [15, 20, 35, 40, 50];
    expect([0, 5, 30, 40, 50, 100].map((percent) => percentile(samples, percent))).toEqual([15, 15, 20, 20, 35, 50]);
  });

  it('takes samples in any order and leaves them so', () => {
    const samples = [3, 1, 2];
    expect(median(samples)).toBe(2);
    expect(samples).toEqual([3, 1, 2]);
  });

  it('does not make up a number when there is none', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
