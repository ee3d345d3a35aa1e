import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import { machineRoot } from './machine-root.ts';

const run = promisify(execFile);

const PROGRAMS = ['unshare', 'nsenter', 'pivot_root', 'ip', 'tar', 'mmdebstrap'];
const BOOT_MS = 60_000;
const COMMAND_MS = 180_000;

/** What keeps this computer from having such machines, in words; `undefined` when nothing does. */
export function whatMachinesLack(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux';
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0) return missing.join(', ');
  const hasGroups = ['/sys/fs/cgroup/cgroup.controllers', '/sys/fs/cgroup/systemd'].some((path) => existsSync(path));
  return hasGroups ? undefined : 'control groups that systemd can use';
}

/** What a command on a machine brought. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * A host of its own for one test: own disk, processes, name and network, its systemd as process 1; its kernel is that of
 * this computer. A cable leads to this computer and no further.
 */
export class Machine {
  readonly name = `nanny-host-${randomBytes(3).toString('hex')}`;
  /** Address of this computer on the cable. */
  readonly ourAddress: string;
  readonly address: string;
  readonly #link: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #lines: Interface | undefined;
  #init = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#link = `nh${randomBytes(4).toString('hex')}`;
    const network = freeNetwork();
    this.ourAddress = `${network}.1`;
    this.address = `${network}.2`;
  }

  /** Makes a machine with a fresh disk and boots it. */
  static async start(): Promise<Machine> {
    const archive = await machineRoot();
    const folder = await mkdtemp(join(tmpdir(), 'nannyapi-host-'));
    const machine = new Machine(folder);
    try {
      await run('mkdir', [machine.#root]);
      await run('tar', ['-xf', archive, '-C', machine.#root, '--numeric-owner']);
      await machine.boot();
    } catch (error) {
      await machine.close();
      throw error;
    }
    return machine;
  }

  get #root(): string {
    return join(this.#folder, 'root');
  }

  /** Boots, or boots again after {@link cutPower}; resolves when systemd has started what there is to start. */
  async boot(): Promise<void> {
    const env = { ...process.env, MACHINE: this.name, FOLDER: this.#folder, HERE: import.meta.dirname };
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    const child = spawn('sh', [join(import.meta.dirname, 'machine-boot')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...env, PATH: path },
    });
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout });
    const [line] = (await once(this.#lines, 'line')) as [string];
    this.#init = Number(line.replace('init ', ''));
    if (!Number.isInteger(this.#init)) throw new Error(`The machine did not start: ${line}`);
    await this.#plugIn();
    await this.#untilBooted();
  }

  async #plugIn(): Promise<void> {
    const inside = ['-t', String(this.#init), '-n', 'ip'];
    await run('ip', ['link', 'add', this.#link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(this.#init)]);
    await run('ip', ['address', 'add', `${this.ourAddress}/24`, 'dev', this.#link]);
    await run('ip', ['link', 'set', this.#link, 'up']);
    await run('nsenter', [...inside, 'address', 'add', `${this.address}/24`, 'dev', 'eth0']);
    await run('nsenter', [...inside, 'link', 'set', 'eth0', 'up']);
    await run('nsenter', [...inside, 'link', 'set', 'lo', 'up']);
  }

  async #untilBooted(): Promise<void> {
    const deadline = Date.now() + BOOT_MS;
    for (;;) {
      const { stdout, stderr } = await this.run('systemctl is-system-running --wait');
      if (/^(?:running|degraded)$/.test(stdout.trim())) return;
      if (Date.now() > deadline) throw new Error(`The machine does not come up: ${stdout}${stderr}`);
      await new Promise((resolve) => void setTimeout(resolve, 200));
    }
  }

  /** Runs a line in a root shell of the machine. */
  async run(line: string, input = ''): Promise<CommandResult> {
    const namespaces = ['-t', String(this.#init), '-m', '-u', '-i', '-n', '-p', '-C'];
    const env = [
      'env',
      '-i',
      'HOME=/root',
      'LANG=C.UTF-8',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ];
    return new Promise((resolve) => {
      const child = execFile(
        'nsenter',
        [...namespaces, ...env, 'sh', '-c', `cd /root && ${line}`],
        { timeout: COMMAND_MS, maxBuffer: 64 << 20, env: process.env },
        (error, stdout, stderr) => resolve({ exitCode: exitCodeOf(error), stdout, stderr }),
      );
      child.stdin?.on('error', () => undefined); // It may end before it has read all.
      child.stdin?.end(input);
    });
  }

  /** Runs a line that has to succeed. @returns what it wrote to stdout. */
  async must(line: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(line);
    if (exitCode !== 0) throw new Error(`${line}\nended with ${exitCode}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Ends everything on it at once; the disk stays. */
  async cutPower(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin?.end('off\n');
    await exited;
    this.#lines?.close();
    // The cable goes with the network at its other end, some time later.
    await run('ip', ['link', 'delete', this.#link]).catch(() => undefined);
  }

  /** Takes the machine and its disk away. */
  async close(): Promise<void> {
    await this.cutPower();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A /24 of private addresses that none of our interfaces is in. */
function freeNetwork(): string {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).map(({ address }) => address.split('.').slice(0, 3).join('.')),
    ),
  );
  for (;;) {
    const network = `10.${randomInt(200, 250)}.${randomInt(0, 256)}`;
    if (!taken.has(network)) return network;
  }
}

function exitCodeOf(error: { code?: unknown } | null): number {
  if (!error) return 0;
  return typeof error.code === 'number' ? error.code : 1;
}
