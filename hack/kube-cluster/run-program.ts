import { execFile } from 'node:child_process';
import { CodedError } from '@nannyapi/process';

/** What a run has besides its arguments. */
export interface RunOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal | undefined;
  /** Ends the program after this time. Default one minute. */
  timeoutMs?: number;
  /** True lets what it writes to stderr be seen: for programs that report their progress. */
  showErrors?: boolean;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to stdout.
 * @throws CodedError `ProgramFailed` with its last words.
 */
export async function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: options.timeoutMs ?? TIMEOUT_MS,
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (cause, stdout, stderr) => {
        if (cause === null) resolve(stdout);
        else if (options.signal?.aborted === true) reject(options.signal.reason as Error);
        else reject(failure(`${program} ${args.join(' ')}`, stderr.trim() || cause.message, cause));
      },
    );
    if (options.showErrors === true) child.stderr?.pipe(process.stderr, { end: false });
    child.stdin?.on('error', () => undefined); // It may end before it has read all; its exit code tells.
    child.stdin?.end(options.input ?? '');
  });
}

function failure(command: string, words: string, cause: Error): CodedError {
  const shown = command.length > 200 ? `${command.slice(0, 200)}…` : command;
  return new CodedError({ code: 'ProgramFailed', message: `${shown}: ${words.slice(-2000)}`, cause });
}
