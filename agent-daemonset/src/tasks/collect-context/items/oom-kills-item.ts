import { factLine, withUnit } from '@nannyapi/protocol';
import type { KernelLogLine } from '../kernel-log.ts';
import type { Sample } from '../sample.ts';

/** Kills older than this are history, not an answer to what is wrong now. */
const WINDOW_SECONDS = 3600;
const NEWEST = 20;

/** Lines of item `oom-kills`, newest first. */
export function oomKillLines(sample: Sample): string[] {
  const counter = factLine('vmstat', {
    sample_oom_kill: Math.max(
      0,
      (sample.after.vmstat.get('oom_kill') ?? 0) - (sample.before.vmstat.get('oom_kill') ?? 0),
    ),
    oom_kill: sample.after.vmstat.get('oom_kill'),
  });
  if ('unreadable' in sample.kernelLog) {
    return [counter, factLine('missing', { what: 'kernel log', why: sample.kernelLog.unreadable })];
  }
  const kills = findKills(sample.kernelLog.lines)
    .filter((kill) => sample.after.uptimeSeconds - kill.line.atSeconds <= WINDOW_SECONDS)
    .reverse()
    .slice(0, NEWEST);
  if (kills.length === 0) {
    return [counter, factLine('missing', { what: 'OOM kills in the kernel log', why: 'none within the last hour' })];
  }
  return [counter, ...kills.map((kill) => killLine(sample, kill))];
}

/** A kill is told in two lines: who was chosen and why (`oom-kill:`), and that it was killed. */
interface Kill {
  line: KernelLogLine;
  pid: string;
  comm: string;
  constraint: string | undefined;
  limitCgroup: string | undefined;
  taskCgroup: string | undefined;
}

function findKills(lines: readonly KernelLogLine[]): Kill[] {
  const kills: Kill[] = [];
  let chosen: string | undefined;
  for (const line of lines) {
    if (line.text.includes('oom-kill:constraint=')) chosen = line.text;
    const [, pid, comm] = /ut of memory.*: Kill(?:ed)? process (\d+) \((.*?)\)/u.exec(line.text) ?? [];
    if (pid === undefined || comm === undefined) continue;
    const field = (name: string): string | undefined => new RegExp(`[,:]${name}=([^,]*)`, 'u').exec(chosen ?? '')?.[1];
    const isSame = chosen?.includes(`pid=${pid},`) ?? false;
    kills.push({
      line,
      pid,
      comm,
      constraint: isSame ? field('constraint') : undefined,
      limitCgroup: isSame ? field('oom_memcg') : undefined,
      taskCgroup: isSame ? field('task_memcg') : undefined,
    });
  }
  return kills;
}

function killLine(sample: Sample, kill: Kill): string {
  const groups = [...sample.after.memoryCgroups.keys()];
  const found =
    kill.limitCgroup === undefined || kill.limitCgroup === '/'
      ? undefined
      : groups.find((path) => path.endsWith(kill.limitCgroup ?? ''));
  return factLine('oom_kill', {
    age: withUnit(Math.max(0, Math.round(sample.after.uptimeSeconds - kill.line.atSeconds)), 's'),
    pid: kill.pid,
    comm: kill.comm,
    constraint: kill.constraint,
    limit_cgroup: found ?? kill.limitCgroup,
    task_cgroup: kill.taskCgroup,
    limit_cgroup_exists: kill.limitCgroup === undefined ? undefined : found !== undefined,
    own: /\/nanny/u.test(`${kill.limitCgroup ?? ''}${kill.taskCgroup ?? ''}`),
    text: kill.line.text,
  });
}
