import type { ClusterView } from '../cluster/cluster-view.ts';
import { namePlace } from '../cluster/pod-names.ts';
import type { ContextFact } from '../context-facts.ts';

/** A process as it is named to people. */
export interface NamedProcess {
  comm: string;
  pid: string | number;
  /** The pod and container it runs in, in words; absent for a process of the host. */
  pod?: string;
}

/**
 * Names processes, those of one name and pod together: `sh (pids 1, 2), dd (pid 3) of pod shop/web container app`; '' for
 * none.
 */
export function nameProcesses(processes: readonly NamedProcess[]): string {
  const pidsOf = new Map<string, Set<string>>();
  for (const { comm, pid, pod } of processes) {
    const key = `${comm}\0${pod === undefined ? '' : ` of ${pod}`}`;
    pidsOf.set(key, (pidsOf.get(key) ?? new Set()).add(String(pid)));
  }
  return [...pidsOf]
    .map(([key, pids]) => {
      const [comm = '', where = ''] = key.split('\0');
      return `${comm} (${pids.size > 1 ? 'pids' : 'pid'} ${[...pids].join(', ')})${where}`;
    })
    .join(', ');
}

/** `processes sh (pids 1, 2)`; of very many the first six and how many more; '' for none. */
export function nameCulprits(culprits: readonly NamedProcess[]): string {
  if (culprits.length === 0) return '';
  const more = culprits.length > 6 ? ` and ${culprits.length - 6} more` : '';
  return `${culprits.length > 1 ? 'processes' : 'process'} ${nameProcesses(culprits.slice(0, 6))}${more}`;
}

type ProcessRecord = 'process' | 'io_process' | 'memory_process' | 'fd_process' | 'map_process';

/** A process of the context by the name that people know: its program's, where `comm` is merely a thread's. */
export function toNamed(fact: ContextFact<ProcessRecord>, cluster?: ClusterView): NamedProcess {
  const place = cluster?.placeOfCgroup(fact.field('cgroup') || fact.field('memory_cgroup'));
  return {
    comm: fact.text('name') || fact.text('comm'),
    pid: fact.text('pid'),
    ...(place === undefined ? {} : { pod: namePlace(place) }),
  };
}
