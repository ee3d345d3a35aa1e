import { vi } from 'vitest';

/** Repeats until it does not throw. @throws what it threw last, after `timeoutMs`. */
export function eventually<T>(attempt: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  return vi.waitFor(attempt, { timeout: timeoutMs, interval: 50 });
}
