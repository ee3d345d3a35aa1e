import type { CollectorHost } from '../../host/collector-host.ts';
import type { ProcessTable } from './snapshot/processes.ts';

/** Names under which this project's own programs run. */
const OWN_PROGRAM = /(?:^|\/)(?:nanny|nanny-agent|quickstart)(?:\.[cm]?[jt]s)?$/u;

/**
 * Pids of this project's own processes: the agent with all it started, and the control plane when it runs beside it.
 *
 * They are shown like all others, but marked, so that an investigation does not blame its own instrument. The control
 * plane is told by the program it runs and never by its kinship with others: a supervisor or a test that started both the
 * control plane and a sick process must not hide the latter.
 */
export async function findOwnProcesses(host: CollectorHost, processes: ProcessTable): Promise<ReadonlySet<number>> {
  const own = new Set(host.ownPids());
  for (const process of processes.values()) {
    if (own.has(process.pid) || process.isKernelThread) continue;
    if (!/node|nanny|MainThread|sh$/u.test(process.comm)) continue;
    const text = (await host.readFile(`/proc/${process.pid}/cmdline`, { maxBytes: 4096 })) ?? '';
    const words = text.split(/[\0\s]+/u).slice(0, 8);
    if (words.some((word) => OWN_PROGRAM.test(word))) own.add(process.pid);
  }
  return own;
}
