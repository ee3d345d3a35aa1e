import { readdir, readFile } from 'node:fs/promises';
import { systemClock } from '@nannyapi/process';

/**
 * The environment variable by which the processes of a cluster are found again: `<state folder>:<role>`.
 *
 * The world itself says what runs, so that no file of process ids can be stale, missing or another machine's, whatever
 * was killed and when.
 */
export const PART_VARIABLE = 'NANNYAPI_KUBE_PART';

/** One process of a cluster. */
export interface Part {
  pid: number;
  /** A program of the control plane by its name, or the name of a node for all that is in it. */
  role: string;
  /** True for the first process of a node: with it go all others of the node, and its mounts. */
  isInit: boolean;
}

/** The part of an environment, as in /proc/PID/environ; undefined for a process of nobody's cluster. */
export function partOf(environ: string): { folder: string; role: string } | undefined {
  const entry = environ.split('\0').find((entry) => entry.startsWith(`${PART_VARIABLE}=`));
  const [, folder, role] = /^[^=]*=(.+):([^:]+)$/s.exec(entry ?? '') ?? [];
  return folder === undefined || role === undefined ? undefined : { folder, role };
}

/** True when /proc/PID/status tells of the first process of a PID namespace just below the reader's own. */
export function isNodeInit(status: string): boolean {
  const pids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return pids.length === 2 && pids[1] === '1';
}

/** All processes of clusters on this machine, by state folder. */
export async function findClusters(): Promise<Map<string, Part[]>> {
  const clusters = new Map<string, Part[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const part = partOf((await readOf(entry, 'environ')) ?? '');
    if (part === undefined) continue;
    const isInit = isNodeInit((await readOf(entry, 'status')) ?? '');
    const parts = clusters.get(part.folder) ?? [];
    clusters.set(part.folder, [...parts, { pid: Number(entry), role: part.role, isInit }]);
  }
  return clusters;
}

/** The processes of one cluster. */
export async function findParts(folder: string): Promise<Part[]> {
  return (await findClusters()).get(folder) ?? [];
}

/** Those of the roles that no process plays. A node plays its role as long as its first process lives. */
export function missingRoles(parts: readonly Part[], nodes: readonly string[]): string[] {
  const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const lives = (role: string): boolean => parts.some((part) => part.role === role);
  const runs = (node: string): boolean => parts.some((part) => part.role === node && part.isInit);
  return [...programs.filter((program) => !lives(program)), ...nodes.filter((node) => !runs(node))];
}

const KILL_MS = 30_000;
const POLL_MS = 50;

/**
 * Ends all parts of a cluster that `which` names, by SIGKILL, and waits until they are gone.
 *
 * @throws Error naming what still runs after 30 s.
 */
export async function killParts(folder: string, which: (part: Part) => boolean = () => true): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + KILL_MS;
  for (;;) {
    const left = (await findParts(folder)).filter(which);
    if (left.length === 0) return;
    if (systemClock.monotonicMs() > deadlineMs) {
      throw new Error(`these processes do not end: ${left.map(({ pid, role }) => `${pid} (${role})`).join(', ')}`);
    }
    for (const { pid } of left) signal(pid, 'SIGKILL');
    await systemClock.sleep(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself, or with the node that it was in.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A process may end between the look at the folder and the look at the file. */
async function readOf(pid: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}
