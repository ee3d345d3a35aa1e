import { systemClock } from '@nannyapi/process';
import { adminKubeconfigPath } from './credentials.ts';
import { runProgram, type RunOptions } from './run-program.ts';

/** Runs kubectl as the admin of a cluster. @returns what it printed. */
export async function kubectl(folder: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const program = process.env.NANNYAPI_KUBECTL ?? 'kubectl';
  return await runProgram(program, ['--kubeconfig', adminKubeconfigPath(folder), ...args], options);
}

const POLL_MS = 200;

/** Thrown by a condition that can no longer come true. */
export class TerminalWait extends Error {}

/**
 * Asks again until it holds.
 *
 * @throws TerminalWait as the condition does.
 * @throws Error naming what did not come about in time, with the last answer.
 */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (error instanceof TerminalWait) throw error;
      // It does not answer yet; what it said is told if it never does.
      last = error;
    }
    if (systemClock.monotonicMs() > deadlineMs) {
      throw new Error(`${what} did not come about within ${seconds} s`, last === undefined ? {} : { cause: last });
    }
    await systemClock.sleep(POLL_MS);
  }
}
