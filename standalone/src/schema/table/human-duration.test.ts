import { describe, expect, it } from 'vitest';
import { ageCell, humanDuration } from './human-duration.ts';

const [second, minute, hour, day] = [1, 60, 3600, 86_400];

describe('humanDuration', () => {
  it.each([
    [-5 * second, '<invalid>'],
    [-0.5 * second, '0s'],
    [0, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [9 * minute + 59, '9m59s'],
    [10 * minute + 30, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [2 * day + 3 * hour, '2d3h'],
    [8 * day + 3 * hour, '8d'],
    [729 * day, '729d'],
    [800 * day, '2y70d'],
    [4000 * day, '10y'],
  ])('%d s is %s', (seconds, expected) => {
    expect(humanDuration(seconds * 1000)).toBe(expected);
  });
});

describe('ageCell', () => {
  const now = new Date('2026-01-01T00:01:00Z');

  it.each([
    ['2026-01-01T00:00:00Z', '60s'],
    [undefined, '<unknown>'],
    ['yesterday', '<invalid>'],
    [5, '<invalid>'],
  ])('%s is %s', (time, expected) => {
    expect(ageCell(time, now)).toBe(expected);
  });
});
