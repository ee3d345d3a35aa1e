import { vi } from 'vitest';

/** Repeats until it does not throw. @throws what it threw last, after 15 s. */
export function eventually<T>(attempt: () => Promise<T> | T): Promise<T> {
  return vi.waitFor(attempt, { timeout: 15_000, interval: 50 });
}
