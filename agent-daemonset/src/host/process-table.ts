import { readFile, readdir, stat } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';

/** One process, as proc_pid_stat(5) tells it. */
export interface ProcessEntry {
  pid: number;
  parentPid: number;
  groupID: number;
  sessionID: number;
  /** Ticks from boot to its start: with the pid it names one process for good. */
  startTicks: number;
}

/**
 * Takes a line of /proc/PID/stat apart; the name in parentheses may itself hold spaces and parentheses.
 *
 * @returns `undefined` for a zombie, and for what is no such line.
 */
export function parseProcessStat(line: string): ProcessEntry | undefined {
  const end = line.lastIndexOf(')');
  const pid = Number.parseInt(line, 10);
  const [state, ...rest] = line.slice(end + 2).split(' ');
  // What has ended and waits for its parent to look is no process any more.
  if (state === 'Z' || state === 'X') return undefined;
  const fields = [0, ...rest.map(Number)];
  const [, parentPid, groupID, sessionID] = fields;
  const startTicks = fields[19];
  if (end < 0 || parentPid === undefined || groupID === undefined) return undefined;
  if (sessionID === undefined || startTicks === undefined) return undefined;
  return { pid, parentPid, groupID, sessionID, startTicks };
}

/** One process; `undefined` when it is gone. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return line === undefined ? undefined : parseProcessStat(line);
}

/** All processes that are there now. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const names = await readdir('/proc');
  const entries = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map(async (name) => readProcess(Number(name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Processes whose user is one of `uids`. */
export async function processesOfUsers(uids: readonly number[]): Promise<number[]> {
  const owned: number[] = [];
  for (const { pid } of await listProcesses()) {
    // It may have ended since the listing.
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner && uids.includes(owner.uid)) owned.push(pid);
  }
  return owned;
}

/** A process and all its descendants, itself first. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readStat(name);
    if (entry) parents.set(entry.pid, entry.parentPid);
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member && !family.includes(child)) family.push(child);
  }
  return family;
}

function readStat(name: string): ProcessEntry | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${name}/stat`, 'utf8'));
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
}
