import { assert, integer, nat, pre, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { byteLength, headAndTail, sliceBytes } from './text-window.ts';

const texts = string({ unit: 'grapheme', maxLength: 400 }).map((text) => text.toWellFormed());

it('a byte range of any text is part of it and no longer than asked', () => {
  assert(
    property(texts, nat(1000), nat(1000), (text, offset, length) => {
      const window = sliceBytes(text, offset, length);
      expect(text).toContain(window.text);
      expect(byteLength(window.text)).toBeLessThanOrEqual(length);
      expect(byteLength(window.text) + window.omittedBytes).toBe(byteLength(text));
    }),
  );
});

it('any text is put together again by reading range after range', () => {
  assert(
    property(texts, integer({ min: 30, max: 90 }), (text, length) => {
      let whole = '';
      while (byteLength(whole) < byteLength(text)) {
        const { text: part } = sliceBytes(text, byteLength(whole), length);
        expect(part).not.toBe('');
        whole += part;
      }
      expect(whole).toBe(text);
    }),
  );
});

it('head and tail of any text count what they leave out', () => {
  assert(
    property(texts, integer({ min: 12, max: 300 }), (text, maxBytes) => {
      pre(byteLength(text) > maxBytes);
      const window = headAndTail(text, maxBytes, 's1-a1');
      const [head = '', tail = ''] = window.text.split(/\n?\[… \d+ bytes, \d+ lines left out here; [^\]]*…\]\n/u);
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      expect(window.omittedBytes).toBeGreaterThan(0);
    }),
  );
});
