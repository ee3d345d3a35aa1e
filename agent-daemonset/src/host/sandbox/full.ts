import { readFile } from 'node:fs/promises';
import type { ToolWords } from '../tool-run.ts';
import { programWords, type CageLaunch, type CageRequest, type Sandbox } from './cage.ts';
import type { HiddenPathFinder, HiddenPaths } from './hidden-paths.ts';
import { coverPods, isClosedVolume, type PodCover } from './pod-volumes.ts';
import { parseMounts, reachableMounts, unescapeMountPoint } from './read-only-view.ts';
import { assertGrantable, prlimitArgs, setprivArgs, staysRoot } from './rights.ts';
import { buildSeccompProgram, type SeccompOptions } from './seccomp.ts';
import type { SyscallArch, SyscallGroup } from './syscalls.ts';

/** The tools that build the cage. */
export interface FullTools {
  bwrap: ToolWords;
  setpriv: ToolWords;
  prlimit: ToolWords;
}

/** What the full cage is built from. */
export interface FullDeps {
  tools: FullTools;
  arch: SyscallArch;
  hidden: HiddenPathFinder;
  /** False without root: bwrap then lives in a user namespace and the run stays the agent's own user. */
  hasOwnUsers: boolean;
  /** What a person can do where the agent is not root. */
  remedy: string;
  /** Words to put before bwrap, for a run that needs another mount namespace than the agent's. */
  enterTraceView?: () => Promise<readonly string[]>;
}

/** bwrap reads its arguments from here to the end before it forks or mounts: a gate without a race or a shell. */
const ARGS_FD = 3;
const SECCOMP_FD = 4;

/**
 * The whole cage: bubblewrap for a read-only view without secrets, seccomp and, where possible, no network; setpriv
 * for a user without rights; prlimit for limits. None of the three holds alone: a read-only mount stops neither
 * socket nor signal.
 */
export function createFullSandbox(deps: FullDeps): Sandbox {
  return {
    level: deps.hasOwnUsers ? 'Full' : 'Reduced',
    hasOwnUsers: deps.hasOwnUsers,
    prepare: async (request) => prepare(deps, request),
    close: async () => undefined,
  };
}

async function prepare(deps: FullDeps, request: CageRequest): Promise<CageLaunch> {
  assertGrantable(request.needs, { hasCapabilities: deps.hasOwnUsers, hasSeccomp: true, remedy: deps.remedy });
  const prefix = request.needs === 'bpftrace' ? ((await deps.enterTraceView?.()) ?? []) : [];
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  const [hidden, pods] = await Promise.all([deps.hidden.find(), coverPods(mountinfo, request.paths ?? [])]);
  const view = { kept: mountsInTmp(mountinfo), pods };
  const chain = [
    ...prefix,
    ...deps.tools.bwrap,
    '--args',
    String(ARGS_FD),
    '--',
    ...(deps.hasOwnUsers
      ? [...deps.tools.setpriv, ...setprivArgs(request.uid, request.needs)]
      : [...deps.tools.setpriv, '--no-new-privs', '--']),
    ...deps.tools.prlimit,
    ...prlimitArgs(deps.hasOwnUsers && !staysRoot(request.needs)),
    ...programWords(request),
  ];
  const [file = '', ...args] = chain;
  return {
    file,
    args,
    environment: request.environment,
    hasKeeper: true,
    inputs: [
      { fd: ARGS_FD, content: nulSeparated(bwrapArgs(request, hidden, view)), isGate: true },
      { fd: SECCOMP_FD, content: buildSeccompProgram(seccompOptions(deps.arch, request)), isGate: false },
    ],
    layers: layersOf(deps, request),
  };
}

/** File systems that are mounted below /tmp: a full one must be seen, though the rest of /tmp is nobody's business. */
function mountsInTmp(mountinfo: string): string[] {
  const mounts = reachableMounts(parseMounts(mountinfo)).map(({ point }) => unescapeMountPoint(point));
  return mounts.filter(isBelow('/tmp')).filter((point) => !isClosedVolume(point));
}

/** What of the host's mounts a run sees. */
export interface RunView {
  /** Mounts below /tmp, parents first; they stay in view where the rest of /tmp is empty. */
  kept: readonly string[];
  pods: PodCover;
}

const NOTHING_MOUNTED: RunView = { kept: [], pods: { covered: [], shown: [], closed: [] } };

/** Options for bwrap ≥ 0.4. */
export function bwrapArgs(
  request: CageRequest,
  hidden: HiddenPaths,
  { kept, pods }: RunView = NOTHING_MOUNTED,
): string[] {
  const device = request.devicePath;
  const { showsTmp = false } = request;
  const isInView = (path: string): boolean =>
    showsTmp || !isBelow('/tmp')(path) || kept.some((mount) => isBelow(mount)(path));
  return [
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    ...(device === undefined ? [] : ['--dev-bind-try', device, device]),
    ...(showsTmp
      ? []
      : ['--tmpfs', '/tmp', ...kept.flatMap((path) => ['--ro-bind-try', path, path]), '--remount-ro', '/tmp']),
    // A folder in /tmp went away with it.
    ...hidden.folders.filter(isInView).flatMap((path) => ['--tmpfs', path, '--remount-ro', path]),
    ...hidden.files.filter(isInView).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...pods.covered.filter(isInView).flatMap((path) => coverArgs(path, pods.shown)),
    ...pods.closed.filter(isInView).flatMap((path) => coverArgs(path, [])),
    ...(request.network === 'none' ? ['--unshare-net'] : []),
    '--die-with-parent',
    '--new-session',
    '--seccomp',
    String(SECCOMP_FD),
  ];
}

/** Puts nothing over a folder, but for what is shown below it. */
function coverArgs(path: string, shown: readonly string[]): string[] {
  const binds = shown.filter(isBelow(path)).flatMap((inner) => ['--ro-bind-try', inner, inner]);
  return ['--tmpfs', path, ...binds, '--remount-ro', path];
}

function isBelow(folder: string): (path: string) => boolean {
  return (path) => path.startsWith(`${folder}/`);
}

/** The filter that goes with a request. */
export function seccompOptions(
  arch: SyscallArch,
  request: Pick<CageRequest, 'needs' | 'network' | 'path'>,
): SeccompOptions {
  const spared: SyscallGroup[] = [];
  if (request.needs === 'bpftrace' || request.needs === 'perf') spared.push('bpf', 'perf');
  if (request.path.endsWith('/dig')) spared.push('kill');
  return { arch, network: request.network, spared, kernelLog: request.needs === 'syslog' };
}

function layersOf(deps: FullDeps, { network }: CageRequest): string[] {
  return [
    'ReadOnlyMounts',
    'HiddenFiles',
    'Seccomp',
    'NoNewPrivileges',
    'ResourceLimits',
    ...(deps.hasOwnUsers ? ['OwnUser', 'LeastCapabilities'] : []),
    ...(network === 'none' ? ['NoNetwork'] : []),
  ];
}

function nulSeparated(words: readonly string[]): Buffer {
  return Buffer.from(words.map((word) => `${word}\0`).join(''), 'utf8');
}
