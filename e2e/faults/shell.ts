import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { UndoStack } from './fault.ts';
import { waitUntil } from './fault.ts';

const execute = promisify(execFile);

/** Runs a tool to its end and answers its standard output; throws when it fails or takes longer than four minutes. */
export async function run(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, args, { timeout: 240_000, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/**
 * Starts a shell script in its own process group, so that undo ends it with all its children by id.
 *
 * The script bounds itself too (CPU time here, wall-clock time in the script), so that a killed test leaves nothing behind for long.
 *
 * @returns the pid of the shell.
 */
export async function startScript(undo: UndoStack, script: string, ...args: readonly string[]): Promise<number> {
  const child = spawn('sh', ['-c', `ulimit -t 900; ${script}`, 'sh', ...args], { detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('cannot start a shell');
  child.unref();
  undo.push(async () => endGroup(pid));
  await waitUntil('the script runs', async () => isAlive(pid));
  return pid;
}

async function endGroup(pid: number): Promise<void> {
  for (const signal of ['SIGCONT', 'SIGKILL'] as const) {
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  await waitUntil(`process group ${pid} is gone`, async () => !(await isAlive(pid)));
}

/** True while a process exists and is no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /u.test(stat);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH') {
      return false;
    }
    throw error;
  }
}

/** A short random suffix for names that must not collide. */
export function suffix(): string {
  return Math.random().toString(36).slice(2, 8);
}
