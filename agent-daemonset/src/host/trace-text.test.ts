import { describe, expect, it } from 'vitest';
import { TraceText } from './trace-text.ts';

const textOf = (...records: unknown[]): string => {
  const text = new TraceText();
  text.push(records.map((record) => `${JSON.stringify(record)}\n\n`).join(''));
  return text.toString();
};

describe('the text of a trace', () => {
  it('names the map on every bucket of a histogram', () => {
    const data = {
      '@': [
        { min: 4096, max: 8191, count: 12 },
        { min: 8192, max: 16383, count: 0 },
      ],
    };
    expect(textOf({ type: 'hist', data })).toBe('@[4096, 8191] 12\n@[8192, 16383] 0\n');
  });

  it('keeps open ends of a linear histogram, and keys of many histograms', () => {
    const data = {
      '@lat': {
        dd: [
          { max: -1, count: 1 },
          { min: 10, count: 3 },
        ],
      },
    };
    expect(textOf({ type: 'hist', data })).toBe('@lat[dd][..., -1] 1\n@lat[dd][10, ...] 3\n');
  });

  it('writes numbers, keys and statistics on a line each', () => {
    expect(textOf({ type: 'map', data: { '@total': 5 } })).toBe('@total 5\n');
    expect(textOf({ type: 'map', data: { '@by': { 'rm,1': 1, dd: 2 } } })).toBe('@by[rm,1] 1\n@by[dd] 2\n');
    expect(textOf({ type: 'stats', data: { '@avg': 3, '@st': { count: 2, average: 7, total: 14 } } })).toBe(
      '@avg 3\n@st count 2, average 7, total 14\n',
    );
  });

  it('puts a stack on one line, the innermost frame first', () => {
    const data = { '@k': { '\n    vfs_read+1\n    ksys_read+2\n': 2 } };
    expect(textOf({ type: 'map', data })).toBe('@k[vfs_read+1 < ksys_read+2] 2\n');
  });

  it('passes printed text on as it is, and counts lost events', () => {
    expect(textOf({ type: 'printf', data: 'a 1\n' }, { type: 'lost_events', data: { events: 7 } })).toBe(
      'a 1\nlost events: 7\n',
    );
  });

  it('takes lines that arrive in pieces, and leaves a torn last one out', () => {
    const text = new TraceText();
    text.push('{"type": "attached_probes", "data": {"pro');
    expect(text.attachedProbes).toBeUndefined();
    text.push('bes": 2}}\n{"type": "map", "data": {"@": 1}}\n{"type": "map", "data": {"@x"');
    expect(text.attachedProbes).toBe(2);
    expect(text.toString()).toBe('@ 1\n');
  });
});
