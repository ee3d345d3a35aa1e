import type { AcceptedCommand } from '@nannyapi/protocol';
import { CodedError, type Clock } from '@nannyapi/process';
import { CagedRun, type CagedRunOptions, type RunOutcome } from './caged-run.ts';
import type { CgroupLimits, Cgroups, CgroupUsage, RunCgroup } from './cgroup.ts';
import { createCgroupQuarry, createDoubleQuarry, createPlainQuarry, type Quarry, type QuarryDeps } from './quarry.ts';
import { RUN_ENVIRONMENT } from './environment.ts';
import { staysRoot } from './sandbox/rights.ts';
import type { CageLaunch, CageRequest, Sandbox } from './sandbox/cage.ts';
import type { Tool } from './tools.ts';
import type { UidSlots } from './uid-slots.ts';

/** What a runner hands back: the end of the run and what caged it. */
export interface CommandOutcome extends RunOutcome {
  startTime: Date;
  completionTime: Date;
  /** Names of the layers that were in force. */
  layers: string[];
  usage: CgroupUsage;
}

/** Where a run can be found again by an agent that was killed: pid and start time name one process for good. */
export interface StartedProcess {
  pid: number;
  startTicks: number;
}

/** What all runs share. */
export interface RunnerDeps extends QuarryDeps {
  clock: Clock;
  sandbox: Sandbox;
  cgroups: Cgroups;
  uids: UidSlots;
}

/** A request without what the runner itself adds. */
export type RunRequest = Omit<CageRequest, 'uid' | 'environment'> & { environment?: Readonly<Record<string, string>> };

/** A run's bounds, and who wants to know where it is. */
export interface RunBounds extends CagedRunOptions {
  onStarted?: (run: CagedRun) => Promise<void> | void;
}

/** What one run may use of the host. */
const LIMITS: CgroupLimits = { memoryBytes: 256 * 1024 ** 2, maxProcesses: 64, cpuCores: 1 };

/**
 * Runs one program in the cage: own user, own control group, gate, bounds; everything it started is gone afterwards.
 *
 * @throws CodedError `NotAvailable` when this host cannot grant what the program needs.
 */
export async function runCaged(request: RunRequest, bounds: RunBounds, deps: RunnerDeps): Promise<CommandOutcome> {
  using slot = deps.uids.take();
  const group = await deps.cgroups.create(LIMITS);
  try {
    const launch = await deps.sandbox.prepare({ environment: RUN_ENVIRONMENT, ...request, uid: slot.uid });
    return await runLaunch(launch, { request, bounds, deps, group, uid: slot.uid });
  } finally {
    await group?.end();
  }
}

async function runLaunch(
  launch: CageLaunch,
  parts: { request: RunRequest; bounds: RunBounds; deps: RunnerDeps; group: RunCgroup | undefined; uid: number },
): Promise<CommandOutcome> {
  const { request, bounds, deps, group } = parts;
  const isOwnUser = deps.sandbox.hasOwnUsers && !staysRoot(request.needs);
  const hasGate = launch.openGate !== undefined || launch.inputs.some(({ isGate }) => isGate);
  const quarry = quarryOf(group, { hasGate, uid: isOwnUser ? parts.uid : undefined, deps });
  const startTime = deps.clock.now();
  const run = await CagedRun.start(launch, bounds, { clock: deps.clock, quarry });
  try {
    await bounds.onStarted?.(run);
  } catch (error) {
    // Nobody knows of this run, so it must not go on.
    await quarry.kill();
    throw error;
  }
  const outcome = await run.wait();
  return {
    ...outcome,
    startTime,
    completionTime: deps.clock.now(),
    layers: [...launch.layers, ...(group && hasGate ? group.layers : ['ProcessGroup'])],
    usage: (await group?.usage()) ?? {},
  };
}

function quarryOf(
  group: RunCgroup | undefined,
  { hasGate, uid, deps }: { hasGate: boolean; uid: number | undefined; deps: RunnerDeps },
): Quarry {
  if (!group) return createPlainQuarry(uid, deps);
  const byGroup = createCgroupQuarry(group, deps.signaller);
  return hasGate ? byGroup : createDoubleQuarry(byGroup, createPlainQuarry(uid, deps));
}

/** A command that the policy accepted, with its program found on this host. */
export function commandRequest(verdict: AcceptedCommand, tool: Tool): RunRequest {
  const [, ...args] = verdict.argv;
  const device = verdict.argv.find((word) => /^\/dev\/[a-z0-9/-]+$/i.test(word));
  return {
    ...programOf(tool),
    args,
    needs: verdict.needs,
    network: verdict.network,
    paths: verdict.paths,
    ...(looksIntoTmp(verdict) ? { showsTmp: true } : {}),
    ...(device !== undefined && ['rawDevice', 'deviceAdmin', 'fileRead'].includes(verdict.needs)
      ? { devicePath: device }
      : {}),
  };
}

/** How a request names a program. */
export function programOf({ path, words }: Tool): Pick<RunRequest, 'path' | 'loader'> {
  return words.length > 1 ? { path, loader: words.slice(0, -1) } : { path };
}

/** An empty /tmp would answer "who fills the disk" wrongly; only names and sizes can be asked for there. */
function looksIntoTmp({ paths }: AcceptedCommand): boolean {
  return paths.some(({ path, access }) => access !== 'read' && (path === '/' || /^\/tmp(?:\/|$)/.test(path)));
}

/** The error for a tool that is not installed: told to the model as such, never as a refusal. */
export function notInstalled(name: string, remedy: string): CodedError {
  return new CodedError({ code: 'NotAvailable', message: `${name} is not installed on this host: ${remedy}` });
}
