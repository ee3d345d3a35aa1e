import { describe, expect, it } from 'vitest';
import { parseInt64, parseUint64, type GoInteger } from './go-integer.ts';

describe('parseInt64 and parseUint64', () => {
  it.each<[string, number | undefined, number | undefined]>([
    ['0', 0, 0],
    ['42', 42, 42],
    ['0042', 42, 42],
    ['+1', 1, undefined],
    ['-1', -1, undefined],
    ['9223372036854775807', 2 ** 63, 2 ** 63],
    ['-9223372036854775808', -(2 ** 63), undefined],
  ])('read %s as %d and %d', (text, signed, unsigned) => {
    expect([valueOf(parseInt64(text)), valueOf(parseUint64(text))]).toEqual([signed, unsigned]);
  });

  it.each(['', ' 1', '1 ', '1.5', '1e3', '0x1', '1_000', 'x'])('refuse %j in the words of Go', (text) => {
    const quoted = JSON.stringify(text);
    expect(parseInt64(text)).toEqual({ error: `strconv.ParseInt: parsing ${quoted}: invalid syntax` });
    expect(parseUint64(text)).toEqual({ error: `strconv.ParseUint: parsing ${quoted}: invalid syntax` });
  });

  it.each(['18446744073709551616', '9'.repeat(100_000)])('refuse what is out of range, in good time', (text) => {
    expect(parseInt64(text)).toEqual({ error: expect.stringMatching(/value out of range$/) });
    expect(parseUint64(text)).toEqual({ error: expect.stringMatching(/value out of range$/) });
  });
});

function valueOf(parsed: GoInteger): number | undefined {
  return 'value' in parsed ? parsed.value : undefined;
}
