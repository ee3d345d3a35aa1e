import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PathAccess } from '@nannyapi/protocol';
import { STDERR_BYTES } from '@nannyapi/protocol';
import { CodedError, type Clock, makeFolder } from '@nannyapi/process';
import type { Policy } from '../policy-port.ts';
import { runTrace } from './bpftrace-runner.ts';
import { readCgroupLayout, type CgroupLayout } from './cgroup-layout.ts';
import { Cgroups } from './cgroup.ts';
import type { CagedRun } from './caged-run.ts';
import { chooseSandbox, type ChosenSandbox } from './choose-sandbox.ts';
import { createCollectorHost } from './collector-host-view.ts';
import { commandRequest, notInstalled, runCaged, type RunnerDeps, type StartedProcess } from './command-runner.ts';
import { readHostFacts } from './facts.ts';
import type { Host } from './host.ts';
import { ImageTools } from './image-tools.ts';
import { assertPlain, resolvePath } from './path-resolver.ts';
import { probeCapabilities } from './probe.ts';
import { processesOfUsers, readProcess } from './process-table.ts';
import { installCommand, readOsRelease, type PlatformFamily } from './remedies.ts';
import { HiddenPathFinder } from './sandbox/hidden-paths.ts';
import type { Signaller } from './signaller.ts';
import { tryTool } from './tool-run.ts';
import { Tools } from './tools.ts';
import { UidSlots } from './uid-slots.ts';

/** What the host layer takes from the process and its configuration. */
export interface OpenHostOptions {
  clock: Clock;
  policy: Policy;
  signaller: Signaller;
  isRoot: boolean;
  arch: string;
  agentPid: number;
  stateDir: string;
  /** Files of the agent's own that no run may see: its token, its state. */
  ownPaths: readonly string[];
  /** Root of the agent's image as the host shows it; absent where the agent is a program of the host. */
  imageDir?: string;
  /** Folders to look up tools in, instead of the fixed ones; for tests. */
  toolFolders?: readonly string[];
  /** Takes no better cage than this. */
  sandboxAtMost?: 'Full' | 'Reduced' | 'Minimal';
  /** Does without control groups, as on a host that has none; for tests. */
  withoutCgroups?: boolean;
}

interface HostParts {
  options: OpenHostOptions;
  tools: Tools;
  family: PlatformFamily;
  chosen: ChosenSandbox;
  layout: CgroupLayout;
  cgroups: Cgroups;
  runner: RunnerDeps;
}

/** Looks at the machine, picks the best cage that works, and ends what a predecessor left in its control groups. */
export async function openHost(options: OpenHostOptions): Promise<Host> {
  const { clock, signaller, agentPid, stateDir } = options;
  await makeFolder(stateDir);
  const image = options.imageDir === undefined ? undefined : await ImageTools.open(options.imageDir);
  const tools = new Tools(options.toolFolders, image);
  const agentKey = await agentKeyOf(stateDir);
  const { family } = await readOsRelease();
  const hidden = new HiddenPathFinder(clock, options.ownPaths);
  const { isRoot, arch } = options;
  const choice = { tools, isRoot, arch, agentPid, stateDir, family, hidden, clock };
  const atMost = options.sandboxAtMost;
  const chosen = await chooseSandbox({ ...choice, ...(atMost === undefined ? {} : { atMost }) });
  const layout: CgroupLayout = options.withoutCgroups ? { kind: 'None', hierarchies: [] } : await readCgroupLayout();
  const cgroups = await Cgroups.open({ layout, folder: `nannyapi-${agentKey}`, agentPid, clock, signaller });
  const killUser = await userKiller(tools, isRoot);
  const runner: RunnerDeps = {
    clock,
    signaller,
    cgroups,
    sandbox: chosen.sandbox,
    uids: new UidSlots(Number.parseInt(agentKey, 16)),
    ...(killUser ? { killUser } : {}),
  };
  return createHost({ options, tools, family, chosen, layout, cgroups, runner });
}

/** Tells the agents of one machine apart, so that none ends another's runs: eight hex digits of the state folder's hash. */
export async function agentKeyOf(stateDir: string): Promise<string> {
  return createHash('sha256')
    .update(await realpath(stateDir))
    .digest('hex')
    .slice(0, 8);
}

/** `kill -1` as a user ends all its processes at once; only root can become that user. */
async function userKiller(tools: Tools, isRoot: boolean): Promise<((uid: number) => Promise<void>) | undefined> {
  const { setpriv, kill } = await tools.findAll(['setpriv', 'kill']);
  if (!isRoot || setpriv === undefined || kill === undefined) return undefined;
  return async (uid) => {
    const user = String(uid);
    const become = ['--reuid', user, '--regid', user, '--clear-groups', '--'];
    await tryTool(setpriv.words, [...become, ...kill.words, '-KILL', '--', '-1']);
  };
}

function createHost(parts: HostParts): Host {
  const { options, tools, family, chosen, layout, cgroups, runner } = parts;
  const host: Host = {
    facts: readHostFacts,
    capabilities: async () =>
      probeCapabilities({
        tools,
        family,
        chosen,
        layout,
        isRoot: options.isRoot,
        hasCgroups: cgroups.isUsable,
        commandNames: options.policy.commandNames,
      }),
    resolvePath: resolveFor,
    async runCommand(command, { onStarted, ...bounds }) {
      const [name = ''] = command.argv;
      const tool = await tools.find(name);
      if (tool === undefined) throw notInstalled(name, installCommand(name, family));
      const started = onStarted ? { onStarted: tellStarted(onStarted) } : {};
      const limits = { interrupts: 2, stderrCapBytes: STDERR_BYTES, ...bounds, ...started };
      return runCaged(commandRequest(command, tool), limits, runner);
    },
    async runTrace(trace, { onStarted, ...limits }) {
      const bpftrace = await tools.find('bpftrace');
      if (bpftrace === undefined) throw notInstalled('bpftrace', installCommand('bpftrace', family));
      const started = onStarted ? { onStarted: tellStarted(onStarted) } : {};
      try {
        return await runTrace(trace, bpftrace, { stderrCapBytes: STDERR_BYTES, ...limits, ...started }, runner);
      } catch (error) {
        if (!(error instanceof CodedError) || error.code !== 'ToolFailed') throw error;
        const message = `This host cannot show its trace events: ${error.message}`;
        throw new CodedError({ code: 'NotAvailable', message, cause: error });
      }
    },
    collectorHost: (signal) =>
      createCollectorHost({
        ...options,
        signal,
        runCommand: async (command, bounds) => host.runCommand(command, bounds),
      }),
    endLeftovers: async (processes) => endLeftovers(processes, parts),
    async close() {
      await chosen.sandbox.close();
      await chosen.traceView?.close();
      await cgroups.close();
    },
  };
  return host;
}

/** What looks only at a name follows the links above it, not the name itself. */
async function resolveFor(path: string, access: PathAccess): Promise<string> {
  if (access === 'read') {
    const resolved = await resolvePath(path);
    await assertPlain(resolved);
    return resolved;
  }
  if (access === 'list') return resolvePath(path);
  return join(await resolvePath(dirname(path)), basename(path));
}

function tellStarted(tell: (started: StartedProcess) => Promise<void> | void): (run: CagedRun) => Promise<void> {
  return async ({ pid }) => {
    const process_ = await readProcess(pid);
    await tell({ pid, startTicks: process_?.startTicks ?? 0 });
  };
}

/**
 * Control groups hold everything a predecessor started; without them its runs are known by their users, and the
 * journal names the first process of each.
 */
async function endLeftovers(
  processes: readonly StartedProcess[],
  { cgroups, options, runner }: HostParts,
): Promise<number> {
  let ended = await cgroups.sweep();
  for (const { pid, startTicks } of processes) {
    const entry = await readProcess(pid);
    if (!entry || entry.startTicks !== startTicks) continue;
    // A run leads a process group of its own.
    if (options.signaller.send(-pid, 'SIGKILL') || options.signaller.send(pid, 'SIGKILL')) ended += 1;
  }
  if (cgroups.isUsable || !options.isRoot) return ended;
  for (const pid of await processesOfUsers(runner.uids.all())) {
    if (options.signaller.send(pid, 'SIGKILL')) ended += 1;
  }
  return ended;
}
