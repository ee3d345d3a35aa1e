import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a kubectl run came to. */
export interface KubectlRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** True when kubectl is on PATH. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** kubectl as a user runs it, against one server, with a cache of its own. */
export class Kubectl {
  readonly #kubeconfigPath: string;
  readonly #cacheDir: string;

  constructor(at: { kubeconfigPath: string; cacheDir: string }) {
    this.#kubeconfigPath = at.kubeconfigPath;
    this.#cacheDir = at.cacheDir;
  }

  /** Runs kubectl; `input` goes to its standard input. Resolves also when it fails. */
  async run(args: string[], input = '', env: Record<string, string> = {}): Promise<KubectlRun> {
    const options = { timeout: 20_000, env: { ...process.env, ...env } };
    return await new Promise((resolve) => {
      const child = execFile('kubectl', this.#arguments(args), options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  /** Runs kubectl and throws what it wrote when it fails. */
  async must(args: string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Starts a kubectl that goes on, such as `get -w`; its lines come one by one. */
  follow(args: string[]): { child: ChildProcess; lines: AsyncIterator<string> } {
    const child = spawn('kubectl', this.#arguments(args), { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('kubectl has no standard output');
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }

  #arguments(args: string[]): string[] {
    return ['--kubeconfig', this.#kubeconfigPath, '--cache-dir', this.#cacheDir, ...args];
  }
}
