import { describe, expect, it } from 'vitest';
import { MAX_ITEM_BYTES, renderItem } from './items.ts';

describe('a context item', () => {
  it('says in its first line what it shows and over which sample', () => {
    expect(renderItem({ id: 'disks', sampleSeconds: 2.004 }, ['disk name=vda'])).toBe(
      '# disks: block devices, I/O pressure and the processes that do I/O; sampled over 2.00 s\ndisk name=vda\n',
    );
  });

  it('never exceeds its bytes and counts what it left out', () => {
    const text = renderItem(
      { id: 'processes' },
      Array.from({ length: 500 }, () => `process comm=${'é'.repeat(100)}`),
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ITEM_BYTES);
    expect(text).toMatch(/\nomitted records=\d+ /u);
  });
});
