import { expect, it } from 'vitest';
import { sizeText } from './size-text.ts';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [18_432, '18 KiB'],
  [8_589_934_592, '8 GiB'],
  [2 ** 60, '1024 PiB'],
])('%s bytes read %j', (bytes, words) => {
  expect(sizeText(bytes)).toBe(words);
});
