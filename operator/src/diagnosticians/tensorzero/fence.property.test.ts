import { array, assert, constantFrom, property } from 'fast-check';
import { expect, it } from 'vitest';
import { fence } from './fence.ts';

const hostile = array(constantFrom('~', '~~~', '\n', 'untrusted', ' ', 'x', '~~~~~~~~'), { maxLength: 40 }).map(
  (parts) => parts.join(''),
);

it('no text closes its own fence', () => {
  assert(
    property(hostile, (text) => {
      const lines = fence('host', text).split('\n');
      const marks = lines.at(-1) ?? '';
      expect(lines[0]).toBe(`${marks} untrusted host`);
      expect(lines.slice(1, -1).filter((line) => line.includes(marks))).toEqual([]);
    }),
  );
});
