import { describe, expect, it } from 'vitest';
import { relativeText, timeTag, utcText } from './time-text.ts';

const NOW = new Date('2026-11-25T03:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

describe('times', () => {
  it.each([
    [0, 'just now'],
    [-9, 'just now'],
    [-10, '10 seconds ago'],
    [-60, '1 minute ago'],
    [-3599, '59 minutes ago'],
    [-7200, '2 hours ago'],
    [-86_400 * 3, '3 days ago'],
    [540, 'in 9 minutes'],
    [539.5, 'in 9 minutes'],
    [86_399, 'in 1 day'],
    [2700, 'in 45 minutes'],
    [11, 'in 11 seconds'],
  ])('%s seconds from now read %j', (seconds, words) => {
    expect(relativeText(later(seconds), NOW)).toBe(words);
  });

  it('have the exact one in UTC behind them', () => {
    expect(String(timeTag('2026-11-25T02:00:00+01:00', NOW)).replaceAll(/\s+/g, ' ')).toBe(
      '<time datetime="2026-11-25T01:00:00.000Z" title="2026-11-25 01:00:00 UTC">2 hours ago</time>',
    );
    expect(utcText(NOW)).toBe('2026-11-25 03:00:00 UTC');
  });

  it('that are not there are never', () => {
    expect(String(timeTag(undefined, NOW))).toContain('never');
    expect(String(timeTag('nonsense', NOW))).toContain('never');
  });
});
