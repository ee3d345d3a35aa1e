import { spawn } from 'node:child_process';
import { CodedError } from '@nannyapi/process';

/** Words that start a tool: its absolute path, or a loader and then the path. */
export type ToolWords = readonly string[];

/** What a tool of the agent itself answered. */
export interface ToolAnswer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 256 * 1024;

/**
 * Runs one of the agent's own tools (never a command of a task) outside any cage, with a small environment and ten seconds.
 *
 * @throws CodedError `ToolFailed` when it cannot be started, or answers with another status than 0.
 */
export async function runTool(tool: ToolWords, args: readonly string[]): Promise<ToolAnswer> {
  const answer = await tryTool(tool, args);
  if (answer.exitCode === 0) return answer;
  throw new CodedError({
    code: 'ToolFailed',
    message: `${tool.join(' ')} ${args.join(' ')} exited with ${answer.exitCode}: ${answer.stderr.trim().slice(0, 500)}`,
  });
}

/** Like {@link runTool}, but hands back any exit status; -1 stands for a signal. */
export async function tryTool(tool: ToolWords, args: readonly string[]): Promise<ToolAnswer> {
  const [file = '', ...before] = tool;
  const child = spawn(file, [...before, ...args], {
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const output: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  let keptBytes = 0;
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (data: Buffer) => {
      keptBytes += data.length;
      if (keptBytes <= MAX_BYTES) output[stream].push(data);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', (cause) =>
    reject(new CodedError({ code: 'ToolFailed', message: `${file} does not start`, cause })),
  );
  child.once('close', (exitCode) => resolve(exitCode ?? -1));
  const exitCode = await promise;
  const text = (buffers: Buffer[]): string => Buffer.concat(buffers).toString('utf8');
  return { exitCode, stdout: text(output.stdout), stderr: text(output.stderr) };
}
