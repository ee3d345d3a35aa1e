import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { PART_VARIABLE } from './parts.ts';

/** A program that outlives us. */
export interface LastingProgram {
  file: string;
  args: readonly string[];
  /** State folder of its cluster. */
  folder: string;
  /** Its role in the cluster, by which it is found again. */
  role: string;
  logPath: string;
  env?: Readonly<Record<string, string>>;
}

/** Starts a program in a session of its own, its words appended to a file. */
export async function startProgram({ file, args, folder, role, logPath, env }: LastingProgram): Promise<void> {
  const log = await open(logPath, 'a');
  try {
    // Descriptor 9 is the lock of hack/kube, which is for one call and not for what lasts.
    const child = spawn('sh', ['-c', 'exec "$@" 9>&-', 'sh', file, ...args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...env, [PART_VARIABLE]: `${folder}:${role}` },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
  } finally {
    await log.close();
  }
}
