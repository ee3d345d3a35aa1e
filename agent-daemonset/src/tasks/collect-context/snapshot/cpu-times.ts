import type { CollectorHost } from '../../../host/collector-host.ts';

/** What /proc/stat and /proc/loadavg tell. Times in ticks of 10 ms (USER_HZ is 100 on every Linux). */
export interface CpuTimes {
  /** `total`, `0`, `1`, ... : user nice system idle iowait irq softirq steal. */
  cores: ReadonlyMap<string, readonly number[]>;
  switches: number;
  forks: number;
  running: number;
  blocked: number;
  load: readonly string[];
  /** `runnable/total` of /proc/loadavg. */
  tasks: string;
}

/** Reads /proc/stat and /proc/loadavg; `undefined` when /proc is not there. */
export async function readCpuTimes(host: CollectorHost): Promise<CpuTimes | undefined> {
  const [stat, loadavg] = await Promise.all([host.readFile('/proc/stat'), host.readFile('/proc/loadavg')]);
  if (stat === undefined) return undefined;
  const cores = new Map<string, readonly number[]>();
  for (const [, name = '', numbers = ''] of stat.matchAll(/^cpu(\d*) +([\d ]+)/gmu)) {
    cores.set(name === '' ? 'total' : name, numbers.trim().split(/ +/u).map(Number));
  }
  const [load1 = '', load5 = '', load15 = '', tasks = ''] = (loadavg ?? '').split(' ');
  return {
    cores,
    switches: counter(stat, 'ctxt'),
    forks: counter(stat, 'processes'),
    running: counter(stat, 'procs_running'),
    blocked: counter(stat, 'procs_blocked'),
    load: [load1, load5, load15],
    tasks,
  };
}

function counter(stat: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)`, 'mu').exec(stat)?.[1] ?? 0);
}
