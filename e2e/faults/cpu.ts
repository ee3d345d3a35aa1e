import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { makeCgroup } from './cgroup.ts';
import { buildFault, waitUntil } from './fault.ts';
import type { InjectedFault } from './fault.ts';
import { startScript } from './shell.ts';

const SPIN =
  'end=$(($(date +%s) + 900)); while [ $(date +%s) -lt $end ]; do i=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done; done';

/** Keeps every core busy with one process per core. */
export async function injectCpuSaturation(processes = availableParallelism()): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const pids: number[] = [];
    for (let index = 0; index < processes; index += 1) pids.push(await startScript(undo, SPIN));
    return { mechanism: 'CPUSaturation', component: `\\b(?:${pids.join('|')})\\b` };
  });
}

/** Gives a busy worker a tenth of a core. */
export async function injectCpuThrottling(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'cpu', 'batch');
    if (group.version === 1) {
      await group.set('cpu.cfs_period_us', '100000');
      await group.set('cpu.cfs_quota_us', '10000');
    } else {
      await group.set('cpu.max', '10000 100000');
    }
    const pid = await startScript(undo, SPIN);
    await group.set('cgroup.procs', String(pid));
    return { mechanism: 'CPUThrottling', component: group.path.split('/').at(-1) ?? group.path };
  });
}

/** Puts a worker into a group with next to no share of the CPU, beside a process of the same core that takes all of it. */
export async function injectCpuSharesStarvation(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'cpu', 'nightly');
    await group.set(group.version === 1 ? 'cpu.shares' : 'cpu.weight', group.version === 1 ? '2' : '1');
    await startScript(undo, `taskset -cp 0 $$ > /dev/null; ${SPIN}`);
    const pid = await startScript(undo, `taskset -cp 0 $$ > /dev/null; ${SPIN}`);
    await group.set('cgroup.procs', String(pid));
    return { mechanism: 'CPUSharesStarvation', component: group.path.split('/').at(-1) ?? group.path };
  });
}

/** Pins three workers to one core of several. */
export async function injectCpuAffinity(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const pids: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      pids.push(await startScript(undo, `taskset -cp 0 $$ > /dev/null; ${SPIN}`));
    }
    return { mechanism: 'CPUAffinity', component: `\\b(?:${pids.join('|')})\\b` };
  });
}

/** Starts processes that end at once, one after the other, on every core: no single one is there for long. */
export async function injectForkStorm(shells = availableParallelism()): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const pids: number[] = [];
    for (let index = 0; index < shells; index += 1) {
      pids.push(
        await startScript(undo, 'end=$(($(date +%s) + 900)); while [ $(date +%s) -lt $end ]; do /bin/true; done'),
      );
    }
    return { mechanism: 'CPUSaturation', component: `\\b(?:${pids.join('|')})\\b` };
  });
}

/** Gives a tenth of a core to a worker that rests most of the time. */
export async function injectSparseThrottling(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'cpu', 'tick');
    await group.set(
      group.version === 1 ? 'cpu.cfs_quota_us' : 'cpu.max',
      group.version === 1 ? '10000' : '10000 100000',
    );
    const work =
      'echo $$ > "$1/cgroup.procs"; for n in $(seq 300); do i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 3; done';
    await startScript(undo, work, group.path);
    const throttled = async (): Promise<number> =>
      Number(/^nr_throttled (\d+)/mu.exec(await readFile(`${group.path}/cpu.stat`, 'utf8'))?.[1] ?? 0);
    await waitUntil('the worker was throttled in ten periods', async () => (await throttled()) >= 10, 30_000);
    return { mechanism: 'CPUThrottling', component: group.path.split('/').at(-1) ?? group.path };
  });
}
