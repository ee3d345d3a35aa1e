import { describe, expect, it } from 'vitest';
import { uuidv7 } from './uuidv7.ts';

describe('uuidv7', () => {
  it('has the version, the variant and the time of RFC 9562', () => {
    const id = uuidv7(new Date('2026-01-01T00:00:00.123Z'));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const timeMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(new Date(timeMs).toISOString()).toBe('2026-01-01T00:00:00.123Z');
  });

  it('sorts by time and does not repeat', () => {
    const first = uuidv7(new Date(1_000_000));
    expect(first < uuidv7(new Date(1_000_001))).toBe(true);
    expect(uuidv7(new Date(1_000_000))).not.toBe(first);
  });
});
