import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import type { ToolWords } from '../tool-run.ts';
import { programWords, type CageLaunch, type CageRequest, type Sandbox } from './cage.ts';
import { seccompOptions } from './full.ts';
import type { HiddenPathFinder, HiddenPaths } from './hidden-paths.ts';
import type { MountNamespace } from './mount-namespace.ts';
import { closedPodVolumes } from './pod-volumes.ts';
import { buildReadOnlyView } from './read-only-view.ts';
import { assertGrantable, prlimitArgs, setprivArgs, staysRoot } from './rights.ts';
import { buildSeccompProgram } from './seccomp.ts';
import type { SyscallArch } from './syscalls.ts';
import type { TraceViewTools } from './trace-view.ts';

/** The util-linux tools that build the cage. */
export interface ReducedTools extends TraceViewTools {
  setpriv: ToolWords;
  prlimit: ToolWords;
  flock: ToolWords;
}

/** What the reduced cage is built from. */
export interface ReducedDeps {
  tools: ReducedTools;
  arch: SyscallArch;
  hidden: HiddenPathFinder;
  agentPid: number;
  /** Folder of the agent's own, for lock files. */
  stateDir: string;
  /** setpriv ≥ 2.41 loads a seccomp filter from a file. */
  hasSeccomp: boolean;
  /** What a person can do for the full cage. */
  remedy: string;
}

/** Inherited, because the view hides the agent's own files from setpriv. */
const FILTER_FD = 3;

/** A cage of util-linux alone: a read-only view that is built once and entered per run. Only for root. */
export function createReducedSandbox(deps: ReducedDeps): Sandbox {
  const view = new SharedView(deps);
  let sequence = 0;
  return {
    level: 'Reduced',
    hasOwnUsers: true,
    async prepare(request) {
      assertGrantable(request.needs, { hasCapabilities: true, hasSeccomp: deps.hasSeccomp, remedy: deps.remedy });
      const namespace = await view.current();
      sequence += 1;
      return launch(deps, request, { namespace, gatePath: join(deps.stateDir, `gate-${deps.agentPid}-${sequence}`) });
    },
    close: async () => view.close(),
  };
}

async function launch(
  deps: ReducedDeps,
  request: CageRequest,
  own: { namespace: MountNamespace; gatePath: string },
): Promise<CageLaunch> {
  const { tools } = deps;
  const gate = await closeGate(tools.flock, own.gatePath);
  const isCutOff = request.network === 'none';
  const [file = '', ...before] = tools.flock;
  return {
    file,
    args: [
      ...before,
      '-F',
      '-s',
      own.gatePath,
      ...tools.nsenter,
      `--mount=${own.namespace.path}`,
      '--',
      ...(isCutOff ? [...tools.unshare, '--net', '--'] : []),
      ...tools.setpriv,
      ...(deps.hasSeccomp ? ['--seccomp-filter', `/proc/self/fd/${FILTER_FD}`] : []),
      ...setprivArgs(request.uid, request.needs),
      ...tools.prlimit,
      ...prlimitArgs(!staysRoot(request.needs)),
      ...programWords(request),
    ],
    environment: request.environment,
    hasKeeper: false,
    inputs: deps.hasSeccomp
      ? [{ fd: FILTER_FD, content: buildSeccompProgram(seccompOptions(deps.arch, request)), isGate: false }]
      : [],
    layers: [
      'ReadOnlyMounts',
      'HiddenFiles',
      'NoNewPrivileges',
      'ResourceLimits',
      'OwnUser',
      'LeastCapabilities',
      ...(deps.hasSeccomp ? ['Seccomp'] : []),
      ...(isCutOff ? ['NoNetwork'] : []),
    ],
    openGate: gate,
  };
}

/**
 * Takes an exclusive lock that the run's first program waits for. The lock belongs to the open file, so this process
 * keeps it after the flock(1) that took it has ended, and gives it up by closing.
 */
async function closeGate(flock: ToolWords, path: string): Promise<() => Promise<void>> {
  const handle = await open(path, 'w', 0o600);
  const [file = '', ...before] = flock;
  const locker = spawn(file, [...before, '-x', '-n', '3'], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', handle.fd],
  });
  const [exitCode] = (await once(locker, 'exit')) as [number | null];
  if (exitCode !== 0) {
    await handle.close();
    throw new CodedError({ code: 'ToolFailed', message: `${flock.join(' ')} cannot lock ${path}` });
  }
  return async () => {
    await handle.close();
    await rm(path, { force: true });
  };
}

/** The view, built again when the host's mounts changed: a mount that came later would arrive in it writable. */
class SharedView {
  readonly #deps: ReducedDeps;
  #built: { view: Promise<MountNamespace>; hostMounts: string; hidden: HiddenPaths } | undefined;
  /** A run that was prepared for the old view may enter it yet, so one old view is kept. */
  #retired: Promise<MountNamespace> | undefined;

  constructor(deps: ReducedDeps) {
    this.#deps = deps;
  }

  async current(): Promise<MountNamespace> {
    const hostMounts = await readFile('/proc/self/mountinfo', 'utf8');
    const hidden = await this.#hidden(hostMounts);
    const built = this.#built;
    if (built && built.hostMounts === hostMounts && sameHidden(built.hidden, hidden)) return built.view;
    await closeView(this.#retired);
    this.#retired = built?.view;
    const view = buildReadOnlyView(this.#deps.tools, this.#deps.agentPid, hidden);
    this.#built = { view, hostMounts, hidden };
    return view.catch((cause: unknown) => {
      this.#built = undefined;
      throw cause;
    });
  }

  async #hidden(hostMounts: string): Promise<HiddenPaths> {
    const [{ folders, files }, volumes] = await Promise.all([this.#deps.hidden.find(), closedPodVolumes(hostMounts)]);
    return { folders: [...folders, ...volumes], files };
  }

  async close(): Promise<void> {
    const built = this.#built;
    this.#built = undefined;
    await closeView(built?.view);
    await closeView(this.#retired);
    this.#retired = undefined;
  }
}

/** A view that could not be built has nothing to close. */
async function closeView(view: Promise<MountNamespace> | undefined): Promise<void> {
  await view?.then(
    (namespace) => namespace.close(),
    () => undefined,
  );
}

function sameHidden(one: HiddenPaths, other: HiddenPaths): boolean {
  return one.folders.join('\0') === other.folders.join('\0') && one.files.join('\0') === other.files.join('\0');
}
