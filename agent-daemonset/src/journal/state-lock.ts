import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, makeFolder } from '@nannyapi/process';
import { readProcess } from '../host/process-table.ts';

/**
 * Keeps a second agent off a state folder: two on one journal could start a task twice.
 *
 * The file names a process by pid and start time, so that a dead holder is no holder. A dead holder's file is moved
 * away, not removed, and looked at again: of two agents that take over in the same instant only one moved that file,
 * and the other, which moved the first one's, puts it back.
 */
export class StateLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws CodedError `StateInUse` while another agent that lives holds the folder. */
  static async take(stateDir: string, pid: number): Promise<StateLock> {
    await makeFolder(stateDir);
    const path = join(stateDir, 'agent.pid');
    const own = `${pid} ${(await readProcess(pid))?.startTicks ?? 0}\n`;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await writeFile(path, own, { flag: 'wx', mode: 0o600 });
        return new StateLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = await liveHolder(path, own);
        if (holder !== undefined) {
          throw new CodedError({
            code: 'StateInUse',
            message: `Another agent, process ${holder}, works with ${stateDir}`,
          });
        }
        await moveAway(path, own);
      }
    }
    throw new CodedError({ code: 'StateInUse', message: `Other agents are starting with ${stateDir}` });
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** @throws CodedError `StateInUse` when what was moved turns out to be the file of an agent that lives. */
async function moveAway(path: string, own: string): Promise<void> {
  const movedPath = `${path}.${own.split(' ')[0] ?? ''}`;
  try {
    await rename(path, movedPath);
  } catch (error) {
    // Another agent was faster; the next attempt meets it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = await liveHolder(movedPath, own);
  if (holder === undefined) return rm(movedPath, { force: true });
  await rename(movedPath, path);
  throw new CodedError({ code: 'StateInUse', message: `Another agent, process ${holder}, is starting here` });
}

async function liveHolder(path: string, own: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid, startTicks] = text.trim().split(' ').map(Number);
  if (text === own || pid === undefined || startTicks === undefined || !Number.isInteger(pid)) return undefined;
  return (await readProcess(pid))?.startTicks === startTicks ? pid : undefined;
}
