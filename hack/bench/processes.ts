import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a control plane of the bench is reached. */
export interface ControlPlaneAddress {
  apiUrl: string;
  caPem: string;
  adminToken: string;
  facadeUrl: string;
  /** Of the process that is all of it. */
  pid: number;
}

/** A child process and the first line it printed. */
export interface StartedProcess {
  child: ChildProcess & { pid: number };
  firstLine: string;
  /** SIGTERM, and SIGKILL when that takes longer than ten seconds. */
  stop(): Promise<void>;
}

/** How `cli/bin/nanny` starts Node; what is measured should be what people run. */
export const LAUNCHER = { flags: ['--max-semi-space-size=1'], env: { MALLOC_ARENA_MAX: '2' } };

const START_MS = 30_000;
const STOP_MS = 10_000;

/** Starts Node with these arguments and waits for the first line on its standard output. */
export async function startNode(args: readonly string[], env: Record<string, string> = {}): Promise<StartedProcess> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (child.pid === undefined) throw new Error(`Could not start ${args.join(' ')}`);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const stop = async (): Promise<void> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  };
  try {
    const firstLine = await lineOf(child, exited);
    return { child: child as StartedProcess['child'], firstLine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function lineOf(child: ChildProcess, exited: Promise<void>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error('It did not get ready in time')), START_MS);
  void exited.then(() => reject(new Error('It ended before it was ready')));
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) resolve(text.slice(0, end));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Gives work a fresh folder that is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives work a control plane with that many agents, in a process of its own. */
export function withControlPlane<T>(
  options: { agents: number; gatewayUrl?: string },
  work: (address: ControlPlaneAddress) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const program = join(import.meta.dirname, 'control-plane.ts');
    const args = [...LAUNCHER.flags, program, folder, String(options.agents), options.gatewayUrl ?? 'none'];
    const started = await startNode(args, LAUNCHER.env);
    try {
      return await work({ ...(JSON.parse(started.firstLine) as ControlPlaneAddress), pid: started.child.pid });
    } finally {
      await started.stop();
    }
  });
}
