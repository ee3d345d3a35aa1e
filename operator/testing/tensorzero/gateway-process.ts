import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** The configuration that we ship. */
export const SHIPPED_CONFIG = join(import.meta.dirname, '../../tensorzero');

const run = promisify(execFile);

/** Whether this machine can run the core of the gateway: a Python with venv, on a platform that the wheel is made for. */
export function canRunGateway(): boolean {
  try {
    execFileSync('python3', ['-c', 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))'], {
      stdio: 'ignore',
    });
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

/** The Python that has the core; installs it the first time. */
export async function gatewayPython(): Promise<string> {
  const { stdout } = await run(join(import.meta.dirname, 'install'), { timeout: 300_000 });
  return stdout.trim();
}

/** Copies our configuration into a fresh folder, with models of the test's own. */
export async function configWith(modelsToml: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-tensorzero-'));
  await cp(SHIPPED_CONFIG, folder, { recursive: true });
  await writeFile(join(folder, 'models.toml'), modelsToml);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** `models.toml` for one model server on loopback. */
export function modelsAt(apiBase: string): string {
  return `[models.investigator]
routing = ["scripted"]
[models.investigator.providers.scripted]
type = "openai"
model_name = "scripted"
api_base = "${apiBase}"
api_key_location = "none"
`;
}

/** Builds a configuration as the gateway does at its start. Resolves with its complaint, '' when there is none. */
export async function complaintAbout(folder: string): Promise<string> {
  try {
    await run(await gatewayPython(), [shim(), '--check', join(folder, '*.toml')]);
    return '';
  } catch (error) {
    return (error as { stderr?: string }).stderr ?? String(error);
  }
}

/** The gateway's core behind its native routes, on loopback. */
export class GatewayProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(folder: string): Promise<GatewayProcess> {
    const child = spawn(await gatewayPython(), [shim(), join(folder, '*.toml')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      // The core writes its log to the same stream, so the line is looked for.
      for await (const line of createInterface({ input: child.stdout, signal: AbortSignal.timeout(60_000) })) {
        const url = /^listening on (\S+)$/.exec(line)?.[1];
        if (url === undefined) continue;
        child.stdout.resume();
        return new GatewayProcess(url, child);
      }
      throw new Error('The gateway ended before it listened');
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function shim(): string {
  return join(import.meta.dirname, 'shim.py');
}
