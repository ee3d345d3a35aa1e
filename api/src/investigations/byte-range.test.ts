import { describe, expect, it } from 'vitest';
import { parseByteRange } from './byte-range.ts';

describe('a byte range', () => {
  it.each([
    ['bytes=0-3', 10, 0, 4],
    ['bytes=4-', 10, 4, 10],
    ['bytes=-3', 10, 7, 10],
    ['bytes=-30', 10, 0, 10],
    ['bytes=5-100', 10, 5, 10],
  ])('%s of %i bytes is from %i to %i', (header, size, startBytes, endBytes) => {
    expect(parseByteRange(header, size)).toEqual({ startBytes, endBytes });
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=3-1', 'bytes=0-1,4-5', 'lines=0-1', 'bytes=a-b'])(
    '%s asks for the whole',
    (header) => {
      expect(parseByteRange(header, 10)).toBeUndefined();
    },
  );

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s of 10 bytes cannot be met', (header) => {
    expect(() => parseByteRange(header, 10)).toThrow(/10 bytes/);
  });

  it('of nothing asks for the whole', () => {
    expect(parseByteRange('bytes=0-', 0)).toBeUndefined();
  });
});
