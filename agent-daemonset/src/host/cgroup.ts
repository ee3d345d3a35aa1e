import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@nannyapi/process';
import type { CgroupHierarchy, CgroupLayout } from './cgroup-layout.ts';
import type { Signaller } from './signaller.ts';

/** What one run may use. */
export interface CgroupLimits {
  memoryBytes: number;
  maxProcesses: number;
  /** Cores, e.g. 1 for one whole core. */
  cpuCores: number;
}

/** What one run used; fields are absent where the host does not count them. */
export interface CgroupUsage {
  cpuSeconds?: number;
  maxMemoryBytes?: number;
  wasOutOfMemory?: boolean;
}

const CPU_PERIOD_US = 100_000;
/** A task in uninterruptible sleep cannot be killed; the loop gives up so that the agent goes on. */
const KILL_GIVE_UP_MS = 2_000;

/** What the groups of this module need. */
export interface CgroupDeps {
  layout: CgroupLayout;
  /** Folder name under the agent's own group, one per state folder, so that a successor finds what was left. */
  folder: string;
  /** Process id of the agent. */
  agentPid: number;
  clock: Clock;
  signaller: Signaller;
}

/** Makes one control group per run, in every hierarchy the host lets it, and ends what a dead predecessor left. */
export class Cgroups {
  readonly #deps: CgroupDeps;
  readonly #hierarchies: readonly CgroupHierarchy[];
  #sequence = 0;

  private constructor(deps: CgroupDeps, hierarchies: readonly CgroupHierarchy[]) {
    this.#deps = deps;
    this.#hierarchies = hierarchies;
  }

  /** Keeps the hierarchies in which a folder can be made. */
  static async open(deps: CgroupDeps): Promise<Cgroups> {
    const usable: CgroupHierarchy[] = [];
    for (const hierarchy of deps.layout.hierarchies) {
      const folder = join(hierarchy.base, deps.folder);
      try {
        await mkdir(folder, { recursive: true });
        await passOnControllers(hierarchy, { folder, agentPid: deps.agentPid });
        usable.push(hierarchy);
      } catch {
        // Not ours to write (no root, a read-only mount): runs do without this hierarchy, and say so.
      }
    }
    return new Cgroups(deps, usable);
  }

  /** Whether a run can be held and killed as a whole. */
  get isUsable(): boolean {
    return this.#hierarchies.length > 0;
  }

  /** A fresh group for one run; `undefined` where the host has none to give. */
  async create(limits: CgroupLimits): Promise<RunCgroup | undefined> {
    if (!this.isUsable) return undefined;
    this.#sequence += 1;
    const name = `run-${this.#deps.agentPid}-${this.#sequence}`;
    const folders: CgroupFolder[] = [];
    for (const hierarchy of this.#hierarchies) {
      const path = join(hierarchy.base, this.#deps.folder, name);
      await mkdir(path, { recursive: true });
      folders.push({ hierarchy, path });
    }
    const group = new RunCgroup(folders, this.#deps);
    await group.limit(limits);
    return group;
  }

  /** Kills and removes every group that a predecessor left. @returns how many processes were ended. */
  async sweep(): Promise<number> {
    const left = new Map<string, CgroupFolder[]>();
    for (const hierarchy of this.#hierarchies) {
      const parent = join(hierarchy.base, this.#deps.folder);
      for (const entry of await readdir(parent, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue;
        left.set(entry.name, [...(left.get(entry.name) ?? []), { hierarchy, path: join(parent, entry.name) }]);
      }
    }
    let ended = 0;
    for (const folders of left.values()) {
      const group = new RunCgroup(folders, this.#deps);
      ended += (await group.pids()).length;
      await group.end();
    }
    return ended;
  }

  /** Removes the agent's own folders; for a clean exit. */
  async close(): Promise<void> {
    for (const hierarchy of this.#hierarchies)
      await rmdir(join(hierarchy.base, this.#deps.folder)).catch(() => undefined);
  }
}

interface CgroupFolder {
  hierarchy: CgroupHierarchy;
  path: string;
}

/** The control group of one run. */
export class RunCgroup {
  readonly #folders: readonly CgroupFolder[];
  readonly #deps: Pick<CgroupDeps, 'clock' | 'signaller'>;
  /** Names of the sandbox layers that this group brings. */
  readonly layers: string[] = ['Cgroup'];

  constructor(folders: readonly CgroupFolder[], deps: Pick<CgroupDeps, 'clock' | 'signaller'>) {
    this.#folders = folders;
    this.#deps = deps;
  }

  /** Sets what limits the host supports; {@link layers} tells which took hold. */
  async limit(limits: CgroupLimits): Promise<void> {
    const memory = String(limits.memoryBytes);
    const quota = String(Math.round(limits.cpuCores * CPU_PERIOD_US));
    for (const folder of this.#folders) {
      const isV1 = folder.hierarchy.version === 1;
      await this.#set('MemoryLimit', folder, 'memory', isV1 ? 'memory.limit_in_bytes' : 'memory.max', memory);
      await this.#set(
        '',
        folder,
        'memory',
        isV1 ? 'memory.memsw.limit_in_bytes' : 'memory.oom.group',
        isV1 ? memory : '1',
      );
      await this.#set('ProcessLimit', folder, 'pids', 'pids.max', String(limits.maxProcesses));
      await this.#set(
        'CpuLimit',
        folder,
        'cpu',
        isV1 ? 'cpu.cfs_quota_us' : 'cpu.max',
        isV1 ? quota : `${quota} ${CPU_PERIOD_US}`,
      );
    }
  }

  // oxlint-disable-next-line max-params -- a table row
  async #set(
    layer: string,
    { hierarchy, path }: CgroupFolder,
    controller: string,
    file: string,
    value: string,
  ): Promise<void> {
    if (!hierarchy.controllers.includes(controller)) return;
    try {
      await writeFile(join(path, file), value);
      if (layer !== '' && !this.layers.includes(layer)) this.layers.push(layer);
    } catch {
      // An optional file (swap accounting, an old kernel): the layer is then not claimed.
    }
  }

  /** Moves a process in, with all that it will start. */
  async join(pid: number): Promise<void> {
    await Promise.all(this.#folders.map(({ path }) => writeFile(join(path, 'cgroup.procs'), String(pid))));
  }

  /** Processes inside now. */
  async pids(): Promise<number[]> {
    const found = new Set<number>();
    for (const { path } of this.#folders) {
      const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const line of text.split('\n')) if (line !== '') found.add(Number(line));
    }
    return [...found];
  }

  /** Kills until nothing is left. @returns false when something could not be killed in two seconds. */
  async kill(): Promise<boolean> {
    const startMs = this.#deps.clock.monotonicMs();
    for (let delayMs = 2; ; delayMs = 20) {
      if ((await this.pids()).length === 0) return true;
      if (this.#deps.clock.monotonicMs() - startMs > KILL_GIVE_UP_MS) return false;
      await this.#killOnce();
      await this.#deps.clock.sleep(delayMs);
    }
  }

  async #killOnce(): Promise<void> {
    for (const { hierarchy, path } of this.#folders) {
      if (hierarchy.version === 2 && (await wrote(join(path, 'cgroup.kill'), '1'))) return;
    }
    // Frozen processes cannot fork, so the list of pids is complete while the signals go out.
    const freezer = this.#folders.find(({ hierarchy }) => hierarchy.controllers.includes('freezer'));
    if (freezer) await wrote(join(freezer.path, 'freezer.state'), 'FROZEN');
    for (const pid of await this.pids()) this.#deps.signaller.send(pid, 'SIGKILL');
    if (freezer) await wrote(join(freezer.path, 'freezer.state'), 'THAWED');
  }

  /** What the run used so far. */
  async usage(): Promise<CgroupUsage> {
    const usage: CgroupUsage = {};
    for (const { hierarchy, path } of this.#folders) Object.assign(usage, await readUsage(hierarchy, path));
    return usage;
  }

  /** Kills what is left and removes the group. @returns false when something could not be killed. */
  async end(): Promise<boolean> {
    const isEmpty = await this.kill();
    for (const { path } of this.#folders) await this.#remove(path);
    return isEmpty;
  }

  /** The kernel still holds a group for some milliseconds after its last process. */
  async #remove(path: string): Promise<void> {
    for (let attempt = 0; attempt < 25; attempt += 1) {
      try {
        return await rmdir(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
        await this.#deps.clock.sleep(10);
      }
    }
  }
}

/** Version 2 hands a controller to the children of a group only when told to, and only from a group without processes. */
async function passOnControllers(hierarchy: CgroupHierarchy, own: { folder: string; agentPid: number }): Promise<void> {
  if (hierarchy.version === 1 || hierarchy.controllers.length === 0) return;
  const wanted = hierarchy.controllers.filter((name) => ['cpu', 'memory', 'pids'].includes(name));
  const text = wanted.map((name) => `+${name}`).join(' ');
  if (!(await wrote(join(hierarchy.base, 'cgroup.subtree_control'), text))) {
    const leaf = join(hierarchy.base, 'nannyapi-self');
    await mkdir(leaf, { recursive: true });
    await wrote(join(leaf, 'cgroup.procs'), String(own.agentPid));
    await wrote(join(hierarchy.base, 'cgroup.subtree_control'), text);
  }
  await wrote(join(own.folder, 'cgroup.subtree_control'), text);
}

async function readUsage(hierarchy: CgroupHierarchy, path: string): Promise<CgroupUsage> {
  const read = async (file: string): Promise<string> => readFile(join(path, file), 'utf8').catch(() => '');
  const usage: CgroupUsage = {};
  if (hierarchy.version === 1) {
    if (hierarchy.controllers.includes('cpuacct')) usage.cpuSeconds = Number(await read('cpuacct.usage')) / 1e9;
    if (!hierarchy.controllers.includes('memory')) return usage;
    usage.maxMemoryBytes = Number(await read('memory.max_usage_in_bytes'));
    usage.wasOutOfMemory = /^oom_kill [1-9]/m.test(await read('memory.oom_control'));
    return usage;
  }
  if (hierarchy.controllers.length === 0) return usage;
  const cpu = /^usage_usec (\d+)/m.exec(await read('cpu.stat'))?.[1];
  if (cpu !== undefined) usage.cpuSeconds = Number(cpu) / 1e6;
  const peak = await read('memory.peak');
  if (peak !== '') usage.maxMemoryBytes = Number(peak);
  usage.wasOutOfMemory = /^oom_kill [1-9]/m.test(await read('memory.events'));
  return usage;
}

async function wrote(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text);
    return true;
  } catch {
    // The file may be absent on this kernel; the caller has another way.
    return false;
  }
}
