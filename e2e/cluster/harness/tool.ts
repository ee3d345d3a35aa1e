import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { env } from 'node:process';

const ROOT = join(import.meta.dirname, '../../..');

/** What one call of a tool brought. */
export interface ToolResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Where and for how long a tool runs. */
export interface ToolCall {
  /** Added to the environment of the tests. */
  env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed. Default: three minutes. */
  deadlineMs?: number;
}

/** A path within the clone. */
export function inClone(path: string): string {
  return join(ROOT, path);
}

/** Runs a tool to its end. */
export function runTool(program: string, args: readonly string[], call: ToolCall = {}): Promise<ToolResult> {
  const options = { timeout: call.deadlineMs ?? 180_000, maxBuffer: 64 << 20, env: { ...env, ...call.env }, cwd: ROOT };
  return new Promise((done) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : Number(error !== null);
      done({ exitCode, stdout, stderr: error && stderr === '' ? error.message : stderr });
    });
  });
}

/** Runs a tool that must succeed, and gives what it printed. @throws Error with the tool's own words. */
export async function mustRun(program: string, args: readonly string[], call: ToolCall = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await runTool(program, args, call);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout;
}

/**
 * Runs a tool whose progress people should see: its standard error goes on to ours, its standard output is the result.
 *
 * @throws Error when it fails or takes longer than the deadline
 */
export async function runWithProgress(
  program: string,
  args: readonly string[],
  call: ToolCall & { deadlineMs: number },
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: ROOT,
    env: { ...env, ...call.env },
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), call.deadlineMs);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}, see above\n${stdout}`);
    return stdout;
  } finally {
    clearTimeout(timer);
  }
}
