import { expect, it } from 'vitest';
import { findQuote } from './find-quote.ts';

it.each([
  ['abc', 'b', 'b'],
  ['x  /dev/vdb\n  100% y', '/dev/vdb 100%', '/dev/vdb\n  100%'],
  ['a (b)* [c] $d', '(b)* [c] $d', '(b)* [c] $d'],
  ['one  two', ' one two ', 'one  two'],
  ['\ttab\tand\r\nbreak', 'tab and break', 'tab\tand\r\nbreak'],
  ['größe   🐢 end', 'größe 🐢', 'größe   🐢'],
  ['abc', 'x', undefined],
  ['abc', '', undefined],
  ['a b', ' ', undefined],
  ['', 'a', undefined],
])('in %j the quotation %j stands as %j', (text, quote, found) => {
  const place = findQuote(text, quote);
  expect(place && text.slice(place.start, place.end)).toBe(found);
});

it('is as quick with a text and a quotation that are made to be slow', () => {
  expect(findQuote('a '.repeat(262_144), `${'a  '.repeat(500)}b`)).toBeUndefined();
});
