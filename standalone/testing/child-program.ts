import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A program that a test started; its output goes to a file. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #logPath: string;
  readonly #exited: Promise<unknown>;

  /**
   * Starts a program that dies with this process, however that one ends (PR_SET_PDEATHSIG, by `setpriv`): a test
   * that is killed leaves no server behind.
   */
  constructor(program: string, args: readonly string[], logPath: string) {
    const log = openSync(logPath, 'a', 0o600);
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#logPath = logPath;
    this.#exited = once(this.#child, 'exit');
    // An exit that nobody waits for yet is no unhandled rejection.
    this.#exited.catch(() => undefined);
  }

  /** The process id; undefined when it did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True once it has ended. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The last lines that it wrote. */
  async tail(lines = 20): Promise<string> {
    return (await readFile(this.#logPath, 'utf8')).split('\n').slice(-lines).join('\n');
  }

  /** Ends it at once and waits for its exit. Its data is a test's: there is nothing to put in order. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
