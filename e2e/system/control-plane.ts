import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

/** The `nanny` that people start: the bundle, on the Node of the clone. */
export const NANNY = join(ROOT, 'cli/bin/nanny');

/** A whole one-machine install in a folder of its own: `nanny standalone --agent` as a real process. */
export interface ControlPlane {
  readonly kubeconfigPath: string;
  readonly dataDir: string;
  readonly facadeUrl: string;
  readonly agentName: string;
  readonly pid: number;
  /** Everything it logged so far. */
  log(): Promise<string>;
  /** kill -9, as a power cut would. Its agent ends by itself. */
  kill(): Promise<void>;
  /** Starts it again over the same folder after {@link kill}, on the same ports. */
  restart(): Promise<void>;
  /** Ends it in good order and removes its folder. */
  close(): Promise<void>;
}

/** Starts a control plane with its local agent, and with further arguments; waits until it says that it is ready. */
export async function startControlPlane(
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<ControlPlane> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-e2e-'));
  const kubeconfigPath = join(dataDir, 'kubeconfig');
  let running = await launch({ dataDir, kubeconfigPath, env, args, ports: { api: 0, facade: 0 } });
  return {
    kubeconfigPath,
    dataDir,
    facadeUrl: running.facadeUrl,
    agentName: running.agentName,
    get pid() {
      return running.child.pid ?? 0;
    },
    log: () => readFile(join(dataDir, 'log'), 'utf8'),
    kill: () => end(running.child, 'SIGKILL'),
    restart: async () => {
      const ports = { api: portOf(running.apiUrl), facade: portOf(running.facadeUrl) };
      running = await launch({ dataDir, kubeconfigPath, env, args, ports });
    },
    close: async () => {
      await end(running.child, 'SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

interface Launch {
  dataDir: string;
  kubeconfigPath: string;
  env: Record<string, string>;
  args: readonly string[];
  ports: { api: number; facade: number };
}

interface Running {
  child: ChildProcess;
  apiUrl: string;
  facadeUrl: string;
  agentName: string;
}

async function launch({ dataDir, kubeconfigPath, env, args: further, ports }: Launch): Promise<Running> {
  const args = ['standalone', '--data', dataDir, '--kubeconfig', kubeconfigPath, '--agent'];
  args.push('--port', String(ports.api), '--facade-port', String(ports.facade), ...further);
  const child = spawn(NANNY, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  child.stderr.pipe(createWriteStream(join(dataDir, 'log'), { flags: 'a' }));
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    // The kubectl line is the last of the text that says it is ready.
    if (line.includes('kubectl --kubeconfig')) break;
  }
  const find = (label: string): string =>
    said
      .find((line) => line.includes(label))
      ?.trim()
      .split(/\s+/)
      .at(-1) ?? '';
  const agentName = /Agent\s+(\S+)/.exec(said.join('\n'))?.[1] ?? '';
  if (agentName === '') {
    const log = await readFile(join(dataDir, 'log'), 'utf8');
    throw new Error(`nanny standalone ended before it was ready:\n${said.join('\n')}\n${log.slice(-4000)}`);
  }
  return { child, apiUrl: find('Kubernetes API'), facadeUrl: find('Facade'), agentName };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
