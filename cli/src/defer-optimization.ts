import { setFlagsFromString } from 'node:v8';

/** Ten times V8's own thresholds (forty for loops), as flags. */
export const THRESHOLDS: readonly string[] = [
  '--invocation-count-for-maglev=4000',
  '--invocation-count-for-maglev-osr=4000',
  '--invocation-count-for-turbofan=30000',
  '--invocation-count-for-osr=30000',
];

/**
 * Lets V8 optimise a function only after it ran ten times as often as usual.
 *
 * A control plane that starts and then waits runs a few functions often enough for V8's optimising compilers, and that
 * brings 6 MB of compilers and 3 MB of their data into memory for nothing. Under load it is as fast as ever after some
 * 3,000 writes. Only thresholds are set, which V8 reads each time. Other releases of Node than the one that is shipped
 * may not have them, and would complain on standard error: there all stays as it is.
 *
 * @param nodeVersion `process.versions.node`
 */
export function deferOptimization(nodeVersion: string): void {
  if (!nodeVersion.startsWith('24.')) return;
  for (const threshold of THRESHOLDS) setFlagsFromString(threshold);
}
