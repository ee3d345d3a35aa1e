import { versions } from 'node:process';
import { setFlagsFromString } from 'node:v8';

/** V8's two optimising compilers, as its flags name them. */
export const OPTIMIZERS: readonly string[] = ['maglev', 'turbofan'];

/**
 * Does work, such as a start, while V8 compiles nothing for speed; afterwards it does so as ever.
 *
 * A control plane that starts and then waits runs a few functions often enough to wake the optimising compilers, and
 * that brings 7 MB of them into memory for good. Both are built in by then and stay so: what is paused is the choice of
 * functions, which V8 makes anew all the time. Only for the release of Node that is shipped; others have other defaults.
 */
export async function withoutOptimizing<T>(work: () => Promise<T>, nodeVersion = versions.node): Promise<T> {
  if (!nodeVersion.startsWith('24.')) return await work();
  for (const name of OPTIMIZERS) setFlagsFromString(`--no-${name}`);
  try {
    return await work();
  } finally {
    for (const name of OPTIMIZERS) setFlagsFromString(`--${name}`);
  }
}
