import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock } from '@nannyapi/process';
import { Cgroups } from '../src/host/cgroup.ts';
import { readCgroupLayout } from '../src/host/cgroup-layout.ts';
import { chooseSandbox, type ChosenSandbox } from '../src/host/choose-sandbox.ts';
import {
  runCaged,
  type CommandOutcome,
  type RunBounds,
  type RunnerDeps,
  type RunRequest,
} from '../src/host/command-runner.ts';
import { HiddenPathFinder } from '../src/host/sandbox/hidden-paths.ts';
import type { CageLevel } from '../src/host/sandbox/cage.ts';
import { createSignaller } from '../src/host/signaller.ts';
import { Tools } from '../src/host/tools.ts';
import { UidSlots } from '../src/host/uid-slots.ts';

/** What a test runs, below the policy. */
export type CageCommand = Partial<RunRequest> & { argv: readonly string[] };

/** A run's end with its texts. */
export type CageAnswer = CommandOutcome & { out: string; err: string };

/** A cage of one level over the real machine, for tests. */
export class CageBench {
  readonly stateDir: string;
  readonly chosen: ChosenSandbox;
  readonly runner: RunnerDeps;

  private constructor(stateDir: string, chosen: ChosenSandbox, runner: RunnerDeps) {
    this.stateDir = stateDir;
    this.chosen = chosen;
    this.runner = runner;
  }

  static async open(
    options: { atMost?: CageLevel; withoutCgroups?: boolean; hidden?: readonly string[] } = {},
  ): Promise<CageBench> {
    const stateDir = await mkdtemp(join(tmpdir(), 'nanny-cage-test-'));
    const signaller = createSignaller((pid, signal) => process.kill(pid, signal));
    const chosen = await chooseSandbox({
      tools: new Tools(),
      isRoot: process.getuid?.() === 0,
      arch: process.arch,
      agentPid: process.pid,
      stateDir,
      family: 'debian',
      hidden: new HiddenPathFinder(systemClock, options.hidden ?? []),
      clock: systemClock,
      atMost: options.atMost ?? 'Full',
    });
    const layout = options.withoutCgroups ? { kind: 'None' as const, hierarchies: [] } : await readCgroupLayout();
    const folder = `nannyapi-test-${process.pid}-${Math.trunc(Math.random() * 1e9)}`;
    const cgroups = await Cgroups.open({ layout, folder, agentPid: process.pid, clock: systemClock, signaller });
    const uids = new UidSlots(Math.trunc(Math.random() * 1e6));
    return new CageBench(stateDir, chosen, { clock: systemClock, signaller, cgroups, uids, sandbox: chosen.sandbox });
  }

  async run({ argv, ...request }: CageCommand, bounds: Partial<RunBounds> = {}): Promise<CageAnswer> {
    const [path = '', ...args] = argv;
    const outcome = await runCaged(
      { path, args, needs: 'none', network: 'none', ...request },
      {
        deadlineMs: 20_000,
        interrupts: 2,
        capBytes: 1024 * 1024,
        stderrCapBytes: 64 * 1024,
        signal: new AbortController().signal,
        ...bounds,
      },
      this.runner,
    );
    return { ...outcome, out: outcome.stdout.bytes().toString(), err: outcome.stderr.bytes().toString() };
  }

  async close(): Promise<void> {
    await this.chosen.sandbox.close();
    await this.chosen.traceView?.close();
    await this.runner.cgroups.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }
}
