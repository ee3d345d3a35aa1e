import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const NANNY_AGENT = join(import.meta.dirname, '../../agent-daemonset/bin/nanny-agent');

/** Where a host is to be enrolled. */
export interface EnrolmentPlace {
  url: string;
  caFingerprint: string;
}

/** What the agent of a host keeps of itself, as far as it must stay secret or tells who it is. */
export interface HostIdentity {
  privateKey: string;
  tokens: { accessToken: string; refreshToken: string };
}

/** An enrolment that waits for a person. */
export interface Waiting {
  /** As it stands on the host's terminal. */
  userCode: string;
  /** Exit status of the agent, once somebody has decided. */
  exitCode: Promise<number>;
}

/** One host outside of a cluster: a folder, and `nanny-agent` as real processes. All of them are this machine. */
export class Host {
  readonly name: string;
  readonly stateDir: string;
  readonly logPath: string;
  #running: ChildProcess | undefined;

  /** @param folder holds the states and logs of all hosts. */
  constructor(folder: string, name: string) {
    this.name = name;
    this.stateDir = join(folder, name);
    this.logPath = join(folder, `${name}.log`);
  }

  /** Enrols with an install token from a file; the exit status is 0 for success. */
  async enrolByToken(place: EnrolmentPlace, tokenFile: string): Promise<number> {
    const child = this.#start(['enroll', ...this.#enrolArgs(place), '--enrollment-token-file', tokenFile]);
    child.stdout?.resume();
    const [code] = await once(child, 'exit');
    return Number(code);
  }

  /** Begins to enrol with a code, and waits until it is shown. */
  async enrolByCode(place: EnrolmentPlace): Promise<Waiting> {
    const child = this.#start(['enroll', ...this.#enrolArgs(place)]);
    const exitCode = once(child, 'exit').then(([code]) => Number(code));
    if (child.stdout)
      for await (const line of createInterface({ input: child.stdout })) {
        const [userCode] = /\b[A-Z]{4}-[A-Z]{4}\b/.exec(line) ?? [];
        if (userCode !== undefined) return { userCode, exitCode };
      }
    throw new Error(`nanny-agent enroll of ${this.name} showed no code:\n${await this.log()}`);
  }

  /** Runs the agent until {@link stop}. @param wrapper a program and its arguments that start it, such as `unshare`. */
  run(wrapper: readonly string[] = [], sandbox = 'Reduced'): void {
    const args = ['run', '--state-dir', this.stateDir, '--sandbox', sandbox];
    this.#running = this.#start(args, wrapper, 'log');
  }

  /** Ends the agent. */
  async stop(): Promise<void> {
    const child = this.#running;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  /** Everything that its agents logged; what an enrolment shows on a terminal is not in it. */
  log(): Promise<string> {
    return readFile(this.logPath, 'utf8');
  }

  async identity(): Promise<HostIdentity> {
    return JSON.parse(await readFile(join(this.stateDir, 'identity.json'), 'utf8')) as HostIdentity;
  }

  /**
   * A copy of the host, as of a virtual machine that was cloned. Its access token is one that is not good, as it would be
   * ten minutes later, so that it renews its tokens at once.
   */
  async clone(folder: string, name: string): Promise<Host> {
    const copy = new Host(folder, name);
    await mkdir(copy.stateDir, { mode: 0o700 });
    const path = join(copy.stateDir, 'identity.json');
    await copyFile(join(this.stateDir, 'identity.json'), path);
    const identity = await copy.identity();
    const accessToken = identity.tokens.accessToken.replace(/.{43}$/, 'A'.repeat(43));
    await writeFile(path, JSON.stringify({ ...identity, tokens: { ...identity.tokens, accessToken } }), {
      mode: 0o600,
    });
    return copy;
  }

  #enrolArgs({ url, caFingerprint }: EnrolmentPlace): string[] {
    return ['--url', url, '--ca-fingerprint', caFingerprint, '--name', this.name, '--state-dir', this.stateDir];
  }

  #start(args: readonly string[], wrapper: readonly string[] = [], output: 'pipe' | 'log' = 'pipe'): ChildProcess {
    const log = openSync(this.logPath, 'a', 0o600);
    const [program = '', ...rest] = [...wrapper, NANNY_AGENT, ...args];
    const child = spawn(program, rest, { stdio: ['ignore', output === 'log' ? log : 'pipe', log] });
    closeSync(log);
    return child;
  }
}
