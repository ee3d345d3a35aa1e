import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NANNY } from '../system/control-plane.ts';
import type { NannyResult } from '../system/nanny.ts';

/** `nanny` of one person, with a home of its own. */
export class CommandLine {
  readonly #env: NodeJS.ProcessEnv;
  /** All that it wrote to its standard error. */
  stderr = '';

  constructor(home: string) {
    this.#env = { ...process.env, HOME: home, XDG_CONFIG_HOME: '' };
  }

  /** Runs a verb to its end. */
  async run(...args: string[]): Promise<NannyResult> {
    const child = spawn(NANNY, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 150_000 });
    const [out, err]: string[][] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out?.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err?.push(text));
    const [exitCode] = await once(child, 'close');
    const stderr = err?.join('') ?? '';
    this.stderr += stderr;
    return { exitCode: Number(exitCode), stdout: out?.join('') ?? '', stderr };
  }

  /** Logs in; `approve` is given the code that it shows. */
  async login(
    place: { url: string; caFingerprint: string },
    approve: (code: string) => Promise<void>,
  ): Promise<number> {
    const args = ['login', '--url', place.url, '--ca-fingerprint', place.caFingerprint];
    const child = spawn(NANNY, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [code] = /\b[A-Z]{4}-[A-Z]{4}\b/.exec(line) ?? [];
      if (code !== undefined) await approve(code);
    }
    const [exitCode] = await exited;
    return Number(exitCode);
  }
}
