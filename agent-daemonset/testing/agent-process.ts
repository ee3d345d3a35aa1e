import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { systemClock } from '@nannyapi/process';
import { Cgroups } from '../src/host/cgroup.ts';
import { readCgroupLayout } from '../src/host/cgroup-layout.ts';
import { agentKeyOf } from '../src/host/open-host.ts';
import { createSignaller } from '../src/host/signaller.ts';
import type { FakeControlPlane } from './fake-control-plane.ts';

/** The program's sources. */
export const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A folder with what an agent needs, and the agents that ran on it. */
export class AgentBench {
  readonly dir: string;
  readonly #fake: FakeControlPlane;
  readonly #identity: { uid?: number; gid?: number };
  readonly #children = new Set<ChildProcess>();
  /** Log lines of all agents, parsed. */
  readonly log: Record<string, unknown>[] = [];
  stderr = '';
  /** Variables for the agents, beside those of the tests. */
  environment: Readonly<Record<string, string>> = {};

  private constructor(dir: string, fake: FakeControlPlane, uid: number | undefined) {
    this.dir = dir;
    this.#identity = uid === undefined ? {} : { uid, gid: uid };
    this.#fake = fake;
  }

  /** @param uid user that the agents are to be, instead of that of the tests. */
  static async create(fake: FakeControlPlane, uid?: number): Promise<AgentBench> {
    const dir = await mkdtemp(join(tmpdir(), 'nanny-agent-test-'));
    await writeFile(join(dir, 'token'), `${fake.token}\n`);
    await writeFile(join(dir, 'ca.pem'), fake.caPem);
    if (uid !== undefined) for (const path of ['', 'token', 'ca.pem']) await chown(join(dir, path), uid, uid);
    return new AgentBench(dir, fake, uid);
  }

  get stateDir(): string {
    return join(this.dir, 'state');
  }

  /** Starts a real agent process. */
  start(...flags: string[]): ChildProcess {
    const token = ['--token-file', join(this.dir, 'token'), '--ca-file', join(this.dir, 'ca.pem')];
    return this.startEnrolled('--url', this.#fake.url, ...token, ...flags);
  }

  /** Starts a real agent process that is who its state folder says. */
  startEnrolled(...flags: string[]): ChildProcess {
    const args = [MAIN, 'run', '--state-dir', this.stateDir, '--log-level', 'debug', ...flags];
    const env = { ...process.env, ...this.environment };
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env, ...this.#identity });
    this.#children.add(child);
    let rest = '';
    child.stdout.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.log.push(JSON.parse(line) as Record<string, unknown>);
    });
    child.stderr.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    return child;
  }

  /** Kills an agent as a power cut would, and waits until it is gone. */
  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #removeCgroups(): Promise<void> {
    const key = await agentKeyOf(this.stateDir).catch(() => undefined);
    if (key === undefined) return;
    const signaller = createSignaller((pid, signal) => process.kill(pid, signal));
    const layout = await readCgroupLayout();
    const folder = `nannyapi-${key}`;
    const cgroups = await Cgroups.open({ layout, folder, agentPid: process.pid, clock: systemClock, signaller });
    await cgroups.sweep();
    await cgroups.close();
  }

  /** Entries of the journal as they are on disk now. */
  async journal(): Promise<Record<string, unknown>[]> {
    const text = await readFile(join(this.stateDir, 'journal.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n');
    lines.pop();
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Ends every agent, what they left running, and removes their folders. */
  async close(): Promise<void> {
    for (const child of this.#children) await this.kill(child);
    await this.#removeCgroups();
    await rm(this.dir, { recursive: true, force: true });
  }
}
