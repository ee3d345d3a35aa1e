import type { CollectorHost } from '../../host/collector-host.ts';
import { redactArgs } from './redact-args.ts';
import { mapBounded } from './snapshot/bounded.ts';

/** What is worth reading only of processes that are shown. */
export interface ProcessDetails {
  user: string;
  args: string;
  /** Base name of argv[0], as it was started; '' for a kernel thread. */
  program: string;
  /** Path of the group that controls its CPU, within its hierarchy. */
  cpuCgroup: string;
  memoryCgroup: string;
  allowedCpus: string;
  /** Where it sleeps in the kernel; '' without the right to know. */
  wchan: string;
}

/** Command lines are cut to this many characters. */
const MAX_ARGS_CHARS = 160;

/** Reads the details of some processes, by pid. One that ended meanwhile is left out. */
export async function readProcessDetails(
  host: CollectorHost,
  pids: readonly number[],
): Promise<ReadonlyMap<number, ProcessDetails>> {
  const users = parseUsers(await host.readFile('/etc/passwd'));
  const details = new Map<number, ProcessDetails>();
  await mapBounded(pids, 8, async (pid) => {
    const [status, cmdline, cgroup, wchan] = await Promise.all([
      host.readFile(`/proc/${pid}/status`),
      host.readFile(`/proc/${pid}/cmdline`, { maxBytes: 4096 }),
      host.readFile(`/proc/${pid}/cgroup`),
      host.readFile(`/proc/${pid}/wchan`),
    ]);
    if (status === undefined) return;
    const uid = /^Uid:\s+\d+\s+(\d+)/mu.exec(status)?.[1] ?? '?';
    details.set(pid, {
      user: users.get(uid) ?? uid,
      args: redactArgs((cmdline ?? '').replaceAll(/[\0\s]+/gu, ' ').trim(), MAX_ARGS_CHARS),
      program: programOf(cmdline),
      cpuCgroup: cgroupOf(cgroup, 'cpu'),
      memoryCgroup: cgroupOf(cgroup, 'memory'),
      allowedCpus: /^Cpus_allowed_list:\s+(\S+)/mu.exec(status)?.[1] ?? '',
      wchan: wchan === undefined || wchan === '0' ? '' : wchan.trim(),
    });
  });
  return details;
}

/** A login shell has a dash before its name; a program that renames itself writes words after it. */
function programOf(cmdline: string | undefined): string {
  const [first = ''] = (cmdline ?? '').split(/[\0\s]/u, 1);
  return (first.split('/').at(-1) ?? '').replace(/^-/u, '');
}

function parseUsers(text: string | undefined): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [, name = '', uid = ''] of (text ?? '').matchAll(/^([^:\n]+):[^:\n]*:(\d+):/gmu)) {
    if (!users.has(uid)) users.set(uid, name);
  }
  return users;
}

/** The path for a controller in /proc/PID/cgroup: its version 1 hierarchy, else version 2. */
function cgroupOf(text: string | undefined, controller: string): string {
  let unified = '';
  for (const [, controllers = '', path = ''] of (text ?? '').matchAll(/^\d+:([^:\n]*):(.*)$/gmu)) {
    if (controllers.split(',').includes(controller)) return path;
    if (controllers === '') unified = path;
  }
  return unified;
}
