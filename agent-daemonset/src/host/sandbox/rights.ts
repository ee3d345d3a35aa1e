import type { Needs } from '@nannyapi/protocol';
import { CodedError } from '@nannyapi/process';

/** What a run asks for: a need of the policy, or the rights of the one program that traces. */
export type RunNeeds = Needs | 'bpftrace';

/** Capabilities that a need stands for, in setpriv's words; least first. */
const CAPABILITIES: Record<RunNeeds, readonly string[]> = {
  none: [],
  fileRead: ['dac_read_search'],
  syslog: ['syslog'],
  netAdmin: ['net_admin'],
  netRaw: ['net_raw'],
  ptrace: ['sys_ptrace'],
  ptraceFileRead: ['sys_ptrace', 'dac_read_search'],
  kernelStack: ['sys_ptrace', 'dac_read_search', 'sys_admin'],
  perf: ['perfmon', 'bpf'],
  rawDevice: ['sys_rawio'],
  deviceAdmin: ['sys_admin'],
  root: [],
  // syslog lets it name kernel addresses; it changes nothing.
  bpftrace: ['bpf', 'perfmon', 'syslog'],
};

/** With these a run could take over another process or the host, were there no system call filter. */
const DANGEROUS = ['sys_ptrace', 'sys_admin', 'sys_rawio', 'bpf'];

/** What a cage can give. */
export interface Grants {
  /** False where a run gets nothing beyond what the agent's user, or a plain user, may do. */
  hasCapabilities: boolean;
  hasSeccomp: boolean;
  /** What a person can do to change that. */
  remedy: string;
}

/**
 * Holds a run to what its cage can give.
 *
 * Reading files is tried also without the right to: the host's own answer (permission denied) is clear. Other commands
 * would exit 0 and show less, which misleads.
 *
 * @throws CodedError `NotAvailable`, naming what is missing.
 */
export function assertGrantable(needs: RunNeeds, { hasCapabilities, hasSeccomp, remedy }: Grants): void {
  if (needs === 'none' || (needs === 'fileRead' && !hasCapabilities)) return;
  const isDangerous = staysRoot(needs) || CAPABILITIES[needs].some((name) => DANGEROUS.includes(name));
  if (hasCapabilities && (hasSeccomp || !isDangerous)) return;
  throw new CodedError({
    code: 'NotAvailable',
    message: `This needs rights (${needs}) that the agent cannot grant safely here: ${remedy}.`,
  });
}

/** Whether a command must stay user 0: it checks for it, although it needs little of what that brings. */
export function staysRoot(needs: RunNeeds): boolean {
  return needs === 'root' || needs === 'bpftrace';
}

/** Options of setpriv(1) that become the user and keep nothing but the capabilities. */
export function setprivArgs(uid: number, needs: RunNeeds): string[] {
  const kept = CAPABILITIES[needs].map((name) => `,+${name}`).join('');
  const set = `-all${kept}`;
  const user = staysRoot(needs) ? '0' : String(uid);
  return [
    '--reuid',
    user,
    '--regid',
    user,
    '--clear-groups',
    `--inh-caps=${set}`,
    `--ambient-caps=${set}`,
    `--bounding-set=${set}`,
    '--no-new-privs',
    '--',
  ];
}

/** Limits of every run, of setrlimit(2). bpftrace's LLVM needs as much memory as all others together. */
export const RESOURCE_LIMITS = {
  addressSpaceBytes: 1024 ** 3,
  openFiles: 256,
  fileBytes: 16 * 1024 ** 2,
  cpuSeconds: 30,
  processes: 64,
} as const;

/** Options of prlimit(1). The number of processes counts per user, so it is set only where the run has one of its own. */
export function prlimitArgs(hasOwnUser: boolean): string[] {
  const limits = RESOURCE_LIMITS;
  return [
    `--as=${limits.addressSpaceBytes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileBytes}`,
    `--cpu=${limits.cpuSeconds}`,
    ...(hasOwnUser ? [`--nproc=${limits.processes}`] : []),
    '--core=0',
    '--',
  ];
}
