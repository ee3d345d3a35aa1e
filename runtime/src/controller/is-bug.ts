import { AssertionError } from 'node:assert';

/**
 * Whether what was thrown tells of a fault in a program and not of one in the world.
 *
 * It is what a panic is in Go. A TypeError with a cause is none: that is how `fetch` reports a lost connection.
 */
export function isBug(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true;
  if (thrown instanceof TypeError) return thrown.cause === undefined;
  return (
    thrown instanceof ReferenceError ||
    thrown instanceof RangeError ||
    thrown instanceof SyntaxError ||
    thrown instanceof AssertionError
  );
}
