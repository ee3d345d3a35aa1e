import { describe, expect, it } from 'vitest';
import { byteLength, headAndTail, sliceBytes } from './text-window.ts';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index} of the output\n`).join('');

describe('head and tail of a text', () => {
  it('are the whole text when it is short', () => {
    expect(headAndTail('short', 5, 's1-a1')).toEqual({ text: 'short', omittedBytes: 0 });
  });

  it('say what lies between them and where it begins', () => {
    const whole = lines(1000);
    const { text, omittedBytes } = headAndTail(whole, 3000, 's1-a1');
    expect(byteLength(text)).toBeLessThan(3200);
    expect(text.startsWith('line 0 of')).toBe(true);
    expect(text.endsWith('line 999 of the output\n')).toBe(true);
    const [, bytes, count, from] = /\[… (\d+) bytes, (\d+) lines left out here; read s1-a1 from byte (\d+)/.exec(text)!;
    expect(Number(bytes)).toBe(omittedBytes);
    const missing = sliceBytes(whole, Number(from), omittedBytes).text;
    expect(missing.split('\n')).toHaveLength(Number(count) + 1);
    expect(text.replace(/\[….*…\]\n/u, missing)).toBe(whole);
  });

  it('cut a text without line ends between characters', () => {
    const { text } = headAndTail('é'.repeat(5000), 1001, 's1-a1');
    expect(text).not.toContain('\uFFFD');
  });
});

describe('a byte range', () => {
  it.each([
    [0, 3, 'abc'],
    [2, 99, 'cdé€x'],
    [4, 2, 'é'],
    [5, 1, ''],
    [5, 4, '€'],
    [4, 4, 'é'],
    [99, 5, ''],
    [9, 0, ''],
  ])('from %i, %i bytes long, holds whole characters only', (offset, length, expected) => {
    expect(sliceBytes('abcdé€x', offset, length).text).toBe(expected);
  });
});
