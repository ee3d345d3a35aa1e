import type { Clock } from '@nannyapi/process';
import type { Sandbox } from './sandbox/cage.ts';
import { createFullSandbox } from './sandbox/full.ts';
import type { HiddenPathFinder } from './sandbox/hidden-paths.ts';
import { createMinimalSandbox } from './sandbox/minimal.ts';
import { buildReadOnlyView } from './sandbox/read-only-view.ts';
import { prlimitArgs, setprivArgs } from './sandbox/rights.ts';
import { createReducedSandbox, type ReducedTools } from './sandbox/reduced.ts';
import type { SyscallArch } from './sandbox/syscalls.ts';
import { TraceView, type TraceViewTools } from './sandbox/trace-view.ts';
import { installCommand, type PlatformFamily } from './remedies.ts';
import { tryTool, type ToolWords } from './tool-run.ts';
import type { Tools } from './tools.ts';

/** What the choice looks at. */
export interface SandboxChoiceDeps {
  tools: Tools;
  isRoot: boolean;
  /** Node's name of the architecture. */
  arch: string;
  agentPid: number;
  stateDir: string;
  family: PlatformFamily;
  hidden: HiddenPathFinder;
  clock: Clock;
  /** Takes no better cage than this; for tests and for hosts where a better one does not work. */
  atMost?: 'Full' | 'Reduced' | 'Minimal';
}

/** A cage and whether traces can run in it. */
export interface ChosenSandbox {
  sandbox: Sandbox;
  /** A system call filter is in force, without which nothing is traced. */
  hasSeccomp: boolean;
  /** Mounts the trace events where the host does not; absent where that is not possible. */
  traceView?: TraceView;
}

/** User of the trial run; any will do. */
const NOBODY = 65_534;

const NAMES = ['bwrap', 'setpriv', 'prlimit', 'unshare', 'nsenter', 'mount', 'flock', 'cat'] as const;
type Found = Partial<Record<(typeof NAMES)[number], ToolWords>>;

/** Picks the best cage that works on this host now: each is tried, not guessed from what is installed. */
export async function chooseSandbox(deps: SandboxChoiceDeps): Promise<ChosenSandbox> {
  const image = deps.tools.ofImage();
  // A host of BusyBox has tools of these names that know too little; then the image's own do it all.
  const boxes = await Promise.all([deps.tools, ...(image ? [image] : [])].map(toolWords));
  const remedy = remedyFor(deps);
  const atMost = deps.atMost ?? 'Full';
  for (const found of atMost === 'Full' ? boxes : []) {
    const full = await tryFull(found, deps, remedy);
    if (full) return full;
  }
  for (const found of atMost === 'Minimal' ? [] : boxes) {
    const reduced = await tryReduced(found, deps, remedy);
    if (reduced) return reduced;
  }
  const { setpriv, prlimit } = boxes.at(-1) ?? {};
  const tools = { ...(setpriv === undefined ? {} : { setpriv }), ...(prlimit === undefined ? {} : { prlimit }) };
  return { sandbox: createMinimalSandbox({ tools, isRoot: deps.isRoot, remedy }), hasSeccomp: false };
}

async function toolWords(tools: Tools): Promise<Found> {
  const found = await tools.findAll(NAMES);
  return Object.fromEntries(Object.entries(found).map(([name, { words }]) => [name, words]));
}

function remedyFor({ isRoot, family }: SandboxChoiceDeps): string {
  return isRoot ? installCommand('bwrap', family) : 'run the agent as root';
}

async function tryFull(found: Found, deps: SandboxChoiceDeps, remedy: string): Promise<ChosenSandbox | undefined> {
  const { bwrap, setpriv, prlimit } = found;
  const arch = filterArch(deps.arch);
  if (bwrap === undefined || setpriv === undefined || prlimit === undefined || arch === undefined) return undefined;
  // In a container without the right to mount, bwrap is there and does not work.
  const probe = [
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--unshare-net',
    '--',
    ...(deps.isRoot ? [...setpriv, ...setprivArgs(NOBODY, 'none')] : []),
    ...prlimit,
    ...prlimitArgs(deps.isRoot),
    ...setpriv,
    '--version',
  ];
  if ((await tryTool(bwrap, probe)).exitCode !== 0) return undefined;
  const view = traceViewOf(found, deps);
  const sandbox = createFullSandbox({
    tools: { bwrap, setpriv, prlimit },
    arch,
    hidden: deps.hidden,
    hasOwnUsers: deps.isRoot,
    remedy,
    ...(view ? { enterTraceView: async () => view.enter() } : {}),
  });
  return { sandbox, hasSeccomp: true, ...(view ? { traceView: view } : {}) };
}

async function tryReduced(found: Found, deps: SandboxChoiceDeps, remedy: string): Promise<ChosenSandbox | undefined> {
  const { setpriv, prlimit, flock } = found;
  const viewTools = traceViewTools(found);
  if (!deps.isRoot || setpriv === undefined || prlimit === undefined || flock === undefined || !viewTools)
    return undefined;
  const tools: ReducedTools = { ...viewTools, setpriv, prlimit, flock };
  try {
    const view = await buildReadOnlyView(tools, deps.agentPid, await deps.hidden.find());
    await view.close();
  } catch {
    // No right to mount, or something stays writable: the next cage promises less and keeps it.
    return undefined;
  }
  const arch = filterArch(deps.arch);
  const help = await tryTool(setpriv, ['--help']);
  const hasSeccomp = arch !== undefined && help.stdout.includes('--seccomp-filter');
  const { hidden, agentPid, stateDir } = deps;
  const own = { hidden, agentPid, stateDir, remedy };
  return { sandbox: createReducedSandbox({ tools, arch: arch ?? 'x64', hasSeccomp, ...own }), hasSeccomp };
}

function traceViewTools({ unshare, cat, nsenter, mount }: Found): TraceViewTools | undefined {
  if (unshare === undefined || cat === undefined || nsenter === undefined || mount === undefined) return undefined;
  return { unshare, cat, nsenter, mount };
}

function traceViewOf(found: Found, deps: SandboxChoiceDeps): TraceView | undefined {
  const tools = traceViewTools(found);
  return tools && deps.isRoot ? new TraceView(tools, deps.agentPid) : undefined;
}

function filterArch(arch: string): SyscallArch | undefined {
  return arch === 'x64' || arch === 'arm64' ? arch : undefined;
}
