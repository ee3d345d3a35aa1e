import { describe, expect, it } from 'vitest';
import { ReplayCache } from './replay-cache.ts';

describe('the memory of taken proofs', () => {
  it('takes a proof once', () => {
    const cache = new ReplayCache();
    expect(cache.take('a', 7, 6)).toBe('Taken');
    expect(cache.take('a', 7, 6)).toBe('Replayed');
    expect(cache.take('b', 7, 6)).toBe('Taken');
  });

  it('forgets proofs with their nonces, and not before', () => {
    const cache = new ReplayCache();
    cache.take('a', 7, 6);
    cache.take('b', 8, 7);
    expect(cache.take('a', 7, 7)).toBe('Replayed');
    cache.take('c', 9, 8);
    expect(cache.size).toBe(2);
  });

  it('refuses what it cannot remember, rather than forget what it has taken', () => {
    const cache = new ReplayCache(2);
    cache.take('a', 7, 6);
    cache.take('b', 7, 6);
    expect(cache.take('c', 7, 6)).toBe('Full');
    expect(cache.take('a', 7, 6)).toBe('Replayed');
    expect(cache.take('c', 8, 7)).toBe('Taken');
  });
});
