import { rm } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { makeCgroup } from './cgroup.ts';
import { buildFault, waitUntil } from './fault.ts';
import type { InjectedFault } from './fault.ts';
import { run, startScript, suffix } from './shell.ts';

const MIB = 1024 * 1024;

/** Runs a worker that needs 200 MiB under a limit of 60 MiB, and starts it again each time the kernel kills it. */
export async function injectCgroupOomKill(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'memory', 'worker');
    await group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', String(60 * MIB));
    // tail keeps the whole of a text without line ends in memory.
    const work =
      'echo $$ > "$1/cgroup.procs"; for n in $(seq 200); do head -c 200m /dev/zero | tail > /dev/null; sleep 4; done';
    await startScript(undo, work, group.path);
    await waitUntil('the kernel killed the worker once', async () => (await oomKills(group.path)) > 0);
    return { mechanism: 'OOMKill', component: group.path.split('/').at(-1) ?? group.path };
  });
}

/** Lets one worker outgrow the memory limit of its control group, once. */
export async function injectSingleOomKill(): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const group = await makeCgroup(undo, 'memory', 'once');
    await group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', String(50 * MIB));
    await startScript(undo, 'echo $$ > "$1/cgroup.procs"; head -c 200m /dev/zero | tail > /dev/null', group.path);
    await waitUntil('the kernel killed the worker', async () => (await oomKills(group.path)) > 0);
    return { mechanism: 'OOMKill', component: group.path.split('/').at(-1) ?? group.path };
  });
}

async function oomKills(path: string): Promise<number> {
  for (const file of ['memory.oom_control', 'memory.events']) {
    try {
      const text = await readFile(`${path}/${file}`, 'utf8');
      return Number(/^oom_kill (\d+)/mu.exec(text)?.[1] ?? 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 0;
}

/** Lets a reader go through 160 MiB again and again under a limit of 48 MiB, so that it reads everything from disk each time. */
export async function injectMemoryPressure(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const file = `${folder}/table-${suffix()}`;
    undo.push(async () => rm(file, { force: true }));
    await run('dd', 'if=/dev/urandom', `of=${file}`, 'bs=1M', 'count=160', 'oflag=direct', 'status=none');
    const group = await makeCgroup(undo, 'memory', 'report');
    await group.set(group.version === 1 ? 'memory.limit_in_bytes' : 'memory.max', String(48 * MIB));
    const work =
      'echo $$ > "$1/cgroup.procs"; end=$(($(date +%s) + 900)); while [ $(date +%s) -lt $end ]; do cat "$2" > /dev/null; done';
    await startScript(undo, work, group.path, file);
    return { mechanism: 'MemoryPressure', component: group.path.split('/').at(-1) ?? group.path };
  });
}
