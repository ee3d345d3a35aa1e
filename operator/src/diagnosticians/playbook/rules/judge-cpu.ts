import type { Quote } from '../../../moves/move.ts';
import type { Judgement, RuleInput } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { readChildren } from '../readings/children-reading.ts';
import { readPressureReading } from '../readings/pressure-reading.ts';
import { readTop } from '../readings/top-reading.ts';
import type { TopReading } from '../readings/top-reading.ts';
import { readTraceMap } from '../readings/trace-reading.ts';
import { describeCulprits, SMALL_CPU_PERCENT, sumOf, tellShares, weightOf } from './cpu-culprits.ts';
import type { CpuCulprit } from './cpu-culprits.ts';

/** Children must still use so much of a core for their parent to be blamed. */
const LASTING_CHILDREN_PERCENT = 25;
/** A process that forks so often has made a storm, whatever its children used. */
const STORM_FORKS_PER_SECOND = 50;
/** Our own looks are no culprits. */
const INSTRUMENTS = /^(?:top|vmstat|bpftrace|nanny.*)$/u;

/** Who starts processes, by name and pid. */
export const FORK_TRACE = 'tracepoint:sched:sched_process_fork { @forks[comm, pid] = count(); }';
/** How long forks are counted. */
export const FORK_TRACE_SECONDS = 2;

/** What was seen of busy processors, and what must be seen again. */
export interface CpuSaturation {
  component: string;
  statement: string;
  quotes: Quote[];
  strength: number;
  culprits: readonly CpuCulprit[];
  cores: number;
  confirmedBusyPercent: number;
  /** CPU that the blamed must still use in the second look, in percent of one core. */
  minBlamedPercent: number;
  needsSymptom: boolean;
}

/** Says whether the processors are still busy some seconds later, and whose work it is. */
export function judgeCpu(step: DiagnosisStep, saturation: CpuSaturation, input: RuleInput): Judgement {
  const top = readTop(step);
  const pressure = readPressureReading(step, 'cpu');
  if (top === undefined) return judgeByPressure(pressure);
  const busyPercent = 100 - top.idlePercent - top.iowaitPercent;
  if (busyPercent < saturation.confirmedBusyPercent) {
    return { outcome: 'Gone', quotes: top.summary, statement: 'the processors were no longer busy some seconds later' };
  }
  const found = findLasting({ step, saturation, input, top });
  if (found === undefined) {
    const statement = 'the processes that used the processors in the first look no longer did some seconds later';
    return { outcome: 'Gone', quotes: top.summary, statement };
  }
  const isWhole = saturation.confirmedBusyPercent > 0;
  const where = isWhole ? `All ${saturation.cores} cores are` : 'The machine as a whole is';
  const waited =
    pressure === undefined || !isWhole
      ? ''
      : `; tasks waited for a core ${Math.round(pressure.avg10Percent)}% of the last ten seconds`;
  return {
    outcome: 'Confirmed',
    quotes: [
      ...top.summary,
      ...found.culprits.slice(0, 4).flatMap(({ quotes }) => quotes),
      ...(pressure?.quotes ?? []),
    ],
    component: describeCulprits(found.culprits),
    statement: `${where} ${Math.round(busyPercent)}% busy, in both looks${waited}. ${tellShares(found.culprits)}.${found.doubt === undefined ? '' : ` ${found.doubt}`}`,
    ...(found.doubt === undefined ? {} : { doubt: found.doubt }),
  };
}

function judgeByPressure(pressure: ReturnType<typeof readPressureReading>): Judgement {
  if (pressure === undefined)
    return { outcome: 'Unclear', statement: 'neither top nor the CPU pressure could be read' };
  return pressure.avg10Percent >= 20
    ? { outcome: 'Confirmed', quotes: pressure.quotes }
    : { outcome: 'Gone', quotes: pressure.quotes, statement: 'the CPU pressure has gone' };
}

interface Look {
  step: DiagnosisStep;
  saturation: CpuSaturation;
  input: RuleInput;
  top: TopReading;
}

/** A culprit as the second look shows it. */
type Lasting = CpuCulprit & { quotes: Quote[] };

interface Found {
  culprits: Lasting[];
  /** What keeps this from being certain, as a sentence. */
  doubt?: string;
}

/**
 * Whose work it is in the second look: the very processes of the first; else those that fork without end; else processes of
 * the same name, for each run may be a new one; else, on a machine that is full both times, whoever fills it now.
 */
function findLasting(look: Look): Found | undefined {
  const { saturation } = look;
  const same = sameProcesses(look);
  const isEnough = (culprits: readonly CpuCulprit[]): boolean =>
    sumOf(culprits) >= Math.max(30, saturation.minBlamedPercent);
  if (isEnough(same)) return { culprits: same };
  const forkers = findForkers(look);
  if (forkers.length > 0) return { culprits: [...forkers, ...same.filter(({ pid }) => pid !== forkers[0]?.pid)] };
  if (saturation.confirmedBusyPercent === 0) return undefined;
  const names = new Set(saturation.culprits.map(({ comm }) => comm));
  const others = otherProcesses(look);
  const namesakes = [...same, ...others.filter(({ comm }) => names.has(comm))];
  if (isEnough(namesakes)) return { culprits: largest(namesakes) };
  const doubt = 'The processes changed between the two looks, so the work is many short jobs rather than one.';
  const all = [...same, ...others];
  return sumOf(all) >= 30 ? { culprits: largest(all), doubt } : undefined;
}

function largest(culprits: readonly Lasting[]): Lasting[] {
  return culprits.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, 8);
}

/** Processes of the first look with what they use now, by themselves and through children that ended meanwhile. */
function sameProcesses({ step, saturation, top }: Look): Lasting[] {
  return largest(
    saturation.culprits.flatMap((culprit) => {
      const row = top.processes.find(({ pid }) => pid === culprit.pid);
      const children = culprit.childrenPercent > 0 ? readChildren(step, culprit.pid) : undefined;
      const childrenPercent = (children?.cpuPercent ?? 0) >= LASTING_CHILDREN_PERCENT ? (children?.cpuPercent ?? 0) : 0;
      const cpuPercent = row?.cpuPercent ?? 0;
      if (cpuPercent < SMALL_CPU_PERCENT && childrenPercent === 0) return [];
      const quotes = [...(row ? [row.quote] : []), ...(childrenPercent > 0 ? (children?.quotes ?? []) : [])];
      return [{ ...culprit, cpuPercent, childrenPercent, quotes }];
    }),
  );
}

/** Processes that the trace saw fork all the time, with the CPU that the second look gives them. */
function findForkers({ step, input, top }: Look): Lasting[] {
  const entries = readTraceMap(step, 'forks').filter(
    ({ value }) => value / FORK_TRACE_SECONDS >= STORM_FORKS_PER_SECOND,
  );
  return entries.slice(0, 3).flatMap(({ key, value, quote }) => {
    const [, comm = '', pid = ''] = /^(.*),\s*(\d+)$/u.exec(key) ?? [];
    if (pid === '' || isOwn(input, Number(pid), comm)) return [];
    const row = top.processes.find((process) => process.pid === Number(pid));
    return [
      {
        comm,
        pid: Number(pid),
        cpuPercent: row?.cpuPercent ?? 0,
        forksPerSecond: value / FORK_TRACE_SECONDS,
        childrenPercent: readChildren(step, Number(pid))?.cpuPercent ?? 0,
        args: '',
        ageSeconds: 0,
        lifetimePercent: 0,
        cgroup: '',
        quote,
        quotes: [quote, ...(row ? [row.quote] : [])],
      },
    ];
  });
}

/** Busy processes of the second look that were no culprits in the first. */
function otherProcesses({ saturation, input, top }: Look): Lasting[] {
  const known = new Set(saturation.culprits.map(({ pid }) => pid));
  return top.processes
    .filter(({ pid, cpuPercent }) => !known.has(pid) && cpuPercent >= SMALL_CPU_PERCENT)
    .filter(({ pid, comm }) => !isOwn(input, pid, comm))
    .map(({ pid, comm, cpuPercent, quote }) => ({
      comm,
      pid,
      cpuPercent,
      childrenPercent: 0,
      args: '',
      ageSeconds: 0,
      lifetimePercent: 0,
      cgroup: '',
      quote,
      quotes: [quote],
    }));
}

function isOwn(input: RuleInput, pid: number, comm: string): boolean {
  if (INSTRUMENTS.test(comm)) return true;
  return input.facts.all('processes', 'process').some((fact) => fact.isOwn && fact.number('pid') === pid);
}
