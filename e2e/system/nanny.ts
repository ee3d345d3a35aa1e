import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { NANNY } from './control-plane.ts';

/** What one call of nanny brought. */
export interface NannyResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs `nanny` as a person would type it; ends after a minute at the latest. */
export function nanny(args: readonly string[], input?: string): Promise<NannyResult> {
  return new Promise((done) => {
    const options = { timeout: 60_000, maxBuffer: 64 << 20 };
    const child = execFile(NANNY, args, options, (error, stdout, stderr) =>
      done({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end(input ?? '');
  });
}

/** Starts `nanny` and leaves it running. */
export function startNanny(args: readonly string[]): ChildProcess {
  return spawn(NANNY, args, { stdio: 'ignore' });
}
