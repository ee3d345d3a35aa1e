import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What one call of kubectl brought. */
export interface KubectlResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** kubectl against one API server, as a person would type it. */
export interface Kubectl {
  (args: readonly string[], input?: string): Promise<KubectlResult>;
  /** Parses `-o json`; throws with kubectl's own words when it fails. */
  json<T>(args: readonly string[]): Promise<T>;
  /** Starts kubectl and leaves it running, e.g. for `get -w`. */
  start(args: readonly string[]): ChildProcess;
}

/** Path of a kubectl: of PATH, or the cached one of `hack/fetch-kubectl`; `undefined` where there is none. */
export function findKubectl(): string | undefined {
  try {
    const path = execFileSync(join(ROOT, 'hack/fetch-kubectl'), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined; // Neither PATH nor the registry has one: the caller leaves its tests out by name.
  }
}

/** Binds kubectl to a kubeconfig. Calls end after a minute at the latest. */
export function kubectlFor(kubeconfigPath: string): Kubectl {
  const program = findKubectl() ?? 'kubectl';
  const withConfig = (args: readonly string[]): string[] => ['--kubeconfig', kubeconfigPath, ...args];
  const call = (args: readonly string[], input?: string): Promise<KubectlResult> =>
    new Promise((done) => {
      const child = execFile(
        program,
        withConfig(args),
        { timeout: 180_000, maxBuffer: 64 << 20 },
        (error, stdout, stderr) => done({ exitCode: exitCodeOf(error), stdout, stderr }),
      );
      if (input !== undefined) child.stdin?.end(input);
    });
  return Object.assign(call, {
    json: async <T>(args: readonly string[]): Promise<T> => {
      const result = await call([...args, '-o', 'json']);
      if (result.exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
      return JSON.parse(result.stdout) as T;
    },
    start: (args: readonly string[]) => spawn(program, withConfig(args), { stdio: ['ignore', 'pipe', 'pipe'] }),
  });
}

function exitCodeOf(error: { code?: unknown } | null): number {
  if (!error) return 0;
  return typeof error.code === 'number' ? error.code : 1;
}
