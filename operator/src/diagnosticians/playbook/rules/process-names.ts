/** A process as it is named to people. */
export interface NamedProcess {
  comm: string;
  pid: string | number;
}

/** Names processes, those of one name together: `sh (pids 1, 2), dd (pid 3)`; '' for none. */
export function nameProcesses(processes: readonly NamedProcess[]): string {
  const pidsOf = new Map<string, Set<string>>();
  for (const { comm, pid } of processes) {
    pidsOf.set(comm, (pidsOf.get(comm) ?? new Set()).add(String(pid)));
  }
  return [...pidsOf]
    .map(([comm, pids]) => `${comm} (${pids.size > 1 ? 'pids' : 'pid'} ${[...pids].join(', ')})`)
    .join(', ');
}
