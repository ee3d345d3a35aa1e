import { readdirSync, readFileSync } from 'node:fs';
import type { Kubectl } from '../../system/kubectl.ts';
import { mustKubectl } from './session.ts';
import type { Pod } from './world.ts';

/**
 * Kills the first process of a pod's container as a crash would: SIGKILL, with no word to anybody.
 *
 * Nodes of a cluster that is not ours run elsewhere: there the pod is deleted without grace.
 *
 * @param kubectl bound to the namespace of the pod
 */
export async function killContainer(pod: Pod, kubectl: Kubectl): Promise<void> {
  const name = pod.metadata.name ?? '';
  const id = containerIDOf(pod);
  if (id === undefined) throw new Error(`pod ${name} has no container`);
  const pid = firstProcessOf(id);
  if (pid === undefined) await mustKubectl(kubectl, ['delete', 'pod', name, '--grace-period=0', '--force']);
  else process.kill(pid, 'SIGKILL');
}

/** The id of a pod's first container, without the name of the runtime. */
export function containerIDOf(pod: Pod): string | undefined {
  return pod.status?.containerStatuses?.[0]?.containerID?.replace(/^.*:\/\//u, '');
}

/** Pid, as this machine counts, of the process with which a container began; `undefined` where it runs elsewhere. */
export function firstProcessOf(containerID: string): number | undefined {
  const inside = pidsOfMachine().filter((pid) => read(`/proc/${pid}/cgroup`).includes(containerID));
  // A container in the pid namespace of its node has no process 1 of its own.
  return inside.toSorted((a, b) => startTicksOf(a) - startTicksOf(b) || a - b)[0];
}

function pidsOfMachine(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** When a process started, in clock ticks since boot (proc_pid_stat(5), field 22). */
function startTicksOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process ended while we looked.
  }
}
