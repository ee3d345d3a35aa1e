import { nameCulprits, nameProcesses, toNamed } from './process-names.ts';
import type { NamedProcess } from './process-names.ts';
import type { RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';

/** A process that keeps processors busy, by itself or through short-lived children. */
export interface CpuCulprit extends NamedProcess {
  pid: number;
  /** Of one core, in percent. */
  cpuPercent: number;
  /** CPU of short-lived children, in percent of one core; 0 unless the process starts them one after the other. */
  childrenPercent: number;
  /** Processes it starts in a second, where that was traced. */
  forksPerSecond?: number;
  /** Its command line, at most 160 characters; '' where it is unknown. */
  args: string;
  ageSeconds: number;
  /** CPU since its start, in percent of one core. */
  lifetimePercent: number;
  cgroup: string;
  quote: ContextFact<'process'>['quote'];
}

/** A process below this share of a core does not fill the machine by itself; many such may. */
const LARGE_CPU_PERCENT = 20;
export const SMALL_CPU_PERCENT = 2;
/** Large processes are blamed alone when they make up this share of all that is busy; else the small ones are, too. */
const BLAMED_SHARE = 0.5;
/** Children that used so much of a core are worth a look at their parent. */
const STORM_CHILDREN_PERCENT = 30;
/** Forks per second of the machine above which short-lived processes are work of their own. */
const STORM_FORKS_PER_SECOND = 20;
/** A process younger than this was born during the sample. */
const NEWBORN_SECONDS = 3;

/**
 * The processes that keep the processors busy, those that use most first; empty when none stands out.
 *
 * What ended children used counts for their parent only where it starts them one after the other: a shell whose only
 * child just ended after an hour's work is a bystander, although the kernel adds that hour to it at once.
 *
 * @param busyPercent what all cores together were busy, in percent of one core.
 */
export function findCpuCulprits(input: RuleInput, busyPercent: number): CpuCulprit[] {
  const foreign = input.facts.all('processes', 'process').filter((fact) => !fact.isOwn);
  const living = foreign.reduce((sum, fact) => sum + fact.number('cpu'), 0);
  const unexplained = Math.max(0, busyPercent - living);
  const culprits = foreign
    .map((fact) => toCulprit(input, fact, isStorm(input, fact, foreign) ? unexplained : 0))
    .filter((culprit) => weightOf(culprit) >= SMALL_CPU_PERCENT)
    .sort((a, b) => weightOf(b) - weightOf(a));
  const large = culprits.filter((culprit) => weightOf(culprit) >= LARGE_CPU_PERCENT);
  if (sumOf(large) >= busyPercent * BLAMED_SHARE) return large;
  // Short-lived work may leave no process to blame in a snapshot; a bystander must not take its place.
  return sumOf(culprits) >= busyPercent * BLAMED_SHARE ? culprits : [];
}

function toCulprit(input: RuleInput, fact: ContextFact<'process'>, unexplainedPercent: number): CpuCulprit {
  return {
    ...toNamed(fact, input.cluster),
    pid: fact.number('pid'),
    cpuPercent: fact.number('cpu'),
    childrenPercent: Math.min(fact.number('children_cpu'), unexplainedPercent),
    args: fact.text('args'),
    ageSeconds: fact.number('age'),
    lifetimePercent: fact.number('cpu_lifetime'),
    cgroup: fact.text('cgroup'),
    quote: fact.quote,
  };
}

/** True for a process that starts short-lived ones all the time. */
function isStorm(input: RuleInput, fact: ContextFact<'process'>, foreign: readonly ContextFact<'process'>[]): boolean {
  if (fact.number('children_cpu') < STORM_CHILDREN_PERCENT) return false;
  const hasNewborn = foreign.some(
    (child) =>
      child.text('ppid') === fact.text('pid') && child.number('age') <= NEWBORN_SECONDS && child.number('cpu') > 0,
  );
  return hasNewborn || (input.facts.first('cpu', 'load')?.number('forks_per_s') ?? 0) >= STORM_FORKS_PER_SECOND;
}

/** CPU that a culprit accounts for, in percent of one core. */
export function weightOf(culprit: CpuCulprit): number {
  return culprit.cpuPercent + culprit.childrenPercent;
}

/** CPU that culprits account for together, in percent of one core. */
export function sumOf(culprits: readonly CpuCulprit[]): number {
  return culprits.reduce((sum, culprit) => sum + weightOf(culprit), 0);
}

/** Names culprits and, if all of them run in one, their control group: `processes sh (pids 1, 2) in cgroup /farm`. */
export function describeCulprits(culprits: readonly CpuCulprit[]): string {
  const [group = '', ...others] = new Set(culprits.map(({ cgroup }) => cgroup));
  const isTold = culprits.some(({ pod }) => pod !== undefined);
  const where = isTold || others.length > 0 || group === '' || group === '/' ? '' : ` in cgroup ${group}`;
  return `${nameCulprits(culprits)}${where}`;
}

/** Programs of which the name says nothing about what they do. */
const INTERPRETER = /^(?:node|python[\d.]*|sh|bash|dash|java|ruby|perl|php[\d.]*)$/u;

/** Says who uses how much: `yes (pid 7) uses 98% of a core, children of bash (pid 8) use 120%`; at most three. */
export function tellShares(culprits: readonly CpuCulprit[]): string {
  return culprits
    .slice(0, 3)
    .flatMap((culprit) => {
      const name = nameProcesses([culprit]);
      const command =
        INTERPRETER.test(culprit.comm) && culprit.args !== '' ? ` running "${culprit.args.slice(0, 80)}"` : '';
      const isMainlyChildren = culprit.childrenPercent > culprit.cpuPercent;
      return [
        ...(culprit.forksPerSecond === undefined
          ? []
          : [`${name} starts ${Math.round(culprit.forksPerSecond)} processes a second`]),
        ...(culprit.cpuPercent >= 1 && !(isMainlyChildren && culprit.cpuPercent < SMALL_CPU_PERCENT)
          ? [`${name}${command} uses ${Math.round(culprit.cpuPercent)}% of a core`]
          : []),
        ...(culprit.childrenPercent >= 1
          ? [
              `short-lived children of ${name}${culprit.cpuPercent >= SMALL_CPU_PERCENT ? '' : command} use ${Math.round(culprit.childrenPercent)}%`,
            ]
          : []),
      ];
    })
    .join(', ');
}
