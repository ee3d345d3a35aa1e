import { describe, expect, it } from 'vitest';
import { evidenceView } from './evidence-view.ts';

const page = (text: string, quote: string | undefined, isWhole = true): string =>
  String(
    evidenceView({
      namespace: 'shop',
      name: 'inv-1',
      id: 's1-a1',
      source: 'df',
      outcome: 'Succeeded',
      text,
      sizeBytes: 5000,
      isWhole,
      isTruncated: false,
      quote,
    }),
  );

describe('what a machine said', () => {
  it.each([
    ['the very text', 'a b c', 'b', '<mark id="quote">b</mark>'],
    ['a text with other blanks', 'x  /dev/vdb\n  100% y', '/dev/vdb 100%', '<mark id="quote">/dev/vdb\n  100%</mark>'],
    ['a text with signs that patterns know', 'a (b)* [c] $d', '(b)* [c] $d', '<mark id="quote">(b)* [c] $d</mark>'],
  ])('has the quotation marked: %s', (_, text, quote, marked) => {
    expect(page(text, quote)).toContain(marked);
  });

  it('says so when the quotation does not stand there', () => {
    expect(page('abc', 'x')).toContain('The quotation does not stand in this text.');
    expect(page('abc', 'x', false)).toContain('does not stand in the part shown here');
    expect(page('abc', undefined)).not.toContain('quotation');
    expect(page('abc', '   ')).toContain('does not stand');
  });

  it('says that there is nothing, and how much is not shown', () => {
    expect(page('', undefined)).toContain('It said nothing.');
    expect(page('abc', undefined, false)).toContain('the page shows the first 3 B');
  });
});
