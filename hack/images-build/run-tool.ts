import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Runs programs of the machine for a build: what they say goes to a log file, or to standard error when verbose. */
export class ToolRunner {
  readonly #logPath: string;
  readonly #isVerbose: boolean;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(options: {
    logPath: string;
    isVerbose: boolean;
    environment: Readonly<Record<string, string | undefined>>;
  }) {
    this.#logPath = options.logPath;
    this.#isVerbose = options.isVerbose;
    this.#environment = options.environment;
  }

  /** @throws Error with the end of what the program said, when it exits with another status than 0. */
  async run(program: string, args: readonly string[], cwd?: string): Promise<void> {
    const child = spawn(program, args, {
      stdio: ['ignore', this.#isVerbose ? 2 : 'pipe', this.#isVerbose ? 2 : 'pipe'],
      env: { ...this.#environment },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const tail: string[] = [];
    const log = createWriteStream(this.#logPath, { flags: 'a' });
    log.write(`$ ${program} ${args.join(' ')}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        log.write(data);
        tail.push(data.toString('utf8'));
        if (tail.length > 50) tail.shift();
      });
    }
    const [status] = (await once(child, 'close')) as [number | null];
    log.end();
    await finished(log);
    if (status === 0) return;
    const end = tail.join('').trimEnd().split('\n').slice(-25).join('\n');
    throw new Error(`${program} failed (status ${status}); the whole of it is in ${this.#logPath}\n${end}`);
  }

  /** What a program prints; `undefined` when it exits with another status than 0. */
  ask(program: string, args: readonly string[], cwd?: string): string | undefined {
    const { status, stdout } = spawnSync(program, args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      env: { ...this.#environment },
      ...(cwd === undefined ? {} : { cwd }),
    });
    return status === 0 ? stdout.trim() : undefined;
  }
}
