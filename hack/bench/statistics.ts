/**
 * A percentile by the nearest rank: the smallest sample that so many percent of the samples do not exceed.
 *
 * @param percent 0-100
 * @throws RangeError without samples
 */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('There are no samples');
  return value;
}

/** The middle sample, or the lower one of the two in the middle. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}
