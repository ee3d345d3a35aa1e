import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

it('aligns columns under their head, and takes out what a terminal would obey', () => {
  const rows = [
    ['web-1', 'Ready'],
    ['a', '\u001B[31mred\n'],
  ];
  expect(textTable(['NAME', 'STATE'], rows)).toBe('NAME    STATE\nweb-1   Ready\na       [31mred\n');
});
