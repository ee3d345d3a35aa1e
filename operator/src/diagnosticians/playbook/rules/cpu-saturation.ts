import type { Quote } from '../../../moves/move.ts';
import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { readPressureReading } from '../readings/pressure-reading.ts';
import { readTop } from '../readings/top-reading.ts';
import type { TopProcess } from '../readings/top-reading.ts';
import { nameProcesses } from './process-names.ts';
import type { NamedProcess } from './process-names.ts';

/** With less idle time than this, work waits for a core. */
const SATURATED_BUSY_PERCENT = 88;
/** The confirming look is allowed this much more idle time, because rates wobble. */
const CONFIRMED_BUSY_PERCENT = 80;
/** A process below this share of a core does not fill the machine by itself; many such may. */
const LARGE_CPU_PERCENT = 20;
const SMALL_CPU_PERCENT = 2;
/** Share of all cores that the blamed must still use in the second look; less, because others compete with them. */
const LASTING_SHARE = 0.3;
/** Large processes are blamed alone when they make up this share of all that is busy; else the small ones are, too. */
const BLAMED_SHARE = 0.5;

/** Finds a machine whose processors are all busy, and the processes that keep them so. */
export const findCpuSaturation: Rule = (input) => {
  const { facts } = input;
  const total = facts.first('cpu', 'cpu', (fact) => fact.text('core') === 'total');
  if (total === undefined) return [];
  const busy = facts
    .all('processes', 'process')
    .filter((fact) => !fact.isOwn && weight(fact) >= SMALL_CPU_PERCENT)
    .sort((a, b) => weight(b) - weight(a));
  const large = busy.filter((fact) => weight(fact) >= LARGE_CPU_PERCENT);
  if (total.number('busy') < SATURATED_BUSY_PERCENT) return saturatedCore(input, total, large);
  const cores = Math.max(1, facts.all('cpu', 'cpu').length - 1);
  const busyPercent = total.number('busy') * cores;
  const isLargeEnough = sum(large.map(weight)) >= busyPercent * BLAMED_SHARE;
  if (isLargeEnough) return [saturatedMachine(input, total, large)];
  // Short-lived work leaves no process to blame in a snapshot; a bystander must not take its place.
  return [saturatedMachine(input, total, sum(busy.map(weight)) >= busyPercent * BLAMED_SHARE ? busy : [])];
};

/** CPU of the process itself, or, for a parent of many short-lived children, of those. */
function weight(fact: ContextFact<'process'>): number {
  return fact.number('cpu') + fact.number('children_cpu') / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function toNamed(fact: ContextFact<'process'>): NamedProcess {
  return { comm: fact.text('comm'), pid: fact.text('pid') };
}

/** `processes sh (pids 1, 2)`; with very many, the first and how many more; '' for none. */
function nameCulprits(culprits: readonly NamedProcess[]): string {
  if (culprits.length === 0) return '';
  const more = culprits.length > 6 ? ` and ${culprits.length - 6} more` : '';
  return `${culprits.length > 1 ? 'processes' : 'process'} ${nameProcesses(culprits.slice(0, 6))}${more}`;
}

/** The group that most of the blamed processes run in; '' when that is the root, or none. */
function commonCgroup(culprits: readonly ContextFact<'process'>[]): string {
  const [first = '', ...others] = new Set(culprits.map((fact) => fact.text('cgroup')));
  return others.length > 0 || first === '/' ? '' : first;
}

function saturatedMachine(
  input: RuleInput,
  total: ContextFact<'cpu'>,
  culprits: readonly ContextFact<'process'>[],
): Candidate {
  const cores = input.facts.all('cpu', 'cpu').length - 1;
  const group = commonCgroup(culprits);
  const names = `${nameCulprits(culprits.map(toNamed))}${group === '' ? '' : ` in cgroup ${group}`}`;
  const component = names === '' ? `all ${cores} processors` : names;
  const pressure = input.facts.pressure('cpu', 'some');
  const load = input.facts.first('cpu', 'load');
  const shares = culprits.slice(0, 3).map((fact) => `${fact.text('comm')} ${fact.text('cpu')}`);
  const statement = `The processors are busy for ${total.text('busy')} of the time on ${cores} cores (load ${load?.text('load1') ?? '?'}, tasks wait for a core ${pressure?.text('sample_stalled') ?? '?'} of the time)${shares.length > 0 ? `; of one core each use ${shares.join(', ')}` : ''}.`;
  return candidate(input, {
    component,
    statement,
    quotes: [total, ...culprits.slice(0, 4), ...(pressure ? [pressure] : [])].map((fact) => fact.quote),
    strength: 60 + Math.min(20, (pressure?.number('sample_stalled') ?? 0) / 4),
    culprits,
    confirmedBusyPercent: CONFIRMED_BUSY_PERCENT,
    minBlamedPercent: 100 * Math.max(1, cores) * LASTING_SHARE,
    needsSymptom: false,
  });
}

/** One process that has kept a core busy all its life: nothing on a machine with idle cores, unless CPU is what was asked about. */
function saturatedCore(
  input: RuleInput,
  total: ContextFact<'cpu'>,
  culprits: readonly ContextFact<'process'>[],
): Candidate[] {
  const spinners = culprits.filter(
    (fact) => fact.number('cpu') >= 90 && fact.number('cpu_lifetime') >= 80 && fact.number('age') >= 10,
  );
  if (spinners.length === 0) return [];
  const names = nameCulprits(spinners.map(toNamed));
  return [
    candidate(input, {
      component: names,
      statement: `${names} keeps a core fully busy (${spinners[0]?.text('cpu') ?? ''} of one core now, ${spinners[0]?.text('cpu_lifetime') ?? ''} since it started); the machine as a whole is ${total.text('busy')} busy.`,
      quotes: [...spinners, total].map((fact) => fact.quote),
      strength: 40,
      culprits: spinners,
      confirmedBusyPercent: 0,
      minBlamedPercent: 75,
      needsSymptom: true,
    }),
  ];
}

interface Saturation {
  component: string;
  statement: string;
  quotes: Quote[];
  strength: number;
  culprits: readonly ContextFact<'process'>[];
  confirmedBusyPercent: number;
  /** CPU that the blamed must still use in the second look, in percent of one core. */
  minBlamedPercent: number;
  needsSymptom: boolean;
}

function candidate(input: RuleInput, saturation: Saturation): Candidate {
  const { component, statement, quotes, strength, needsSymptom } = saturation;
  return {
    finding: {
      mechanism: 'CPUSaturation',
      component: clip(component, 256),
      statement: clip(statement, 1024),
      evidence: quotes.slice(0, 8),
    },
    strength,
    nature: 'Load',
    topics: needsSymptom
      ? /\bcpus?\b|processor|\bcores?\b|\bload|\bspin|\bhot\b|\bfan\b|busy/u
      : /slow|\bcpus?\b|processor|\bcores?\b|\bload|\blag|\bspin|\bhot\b|\bfan\b|busy|unrespons|sluggish|latency|takes? (?:long|forever)/u,
    needsSymptom,
    explains: [],
    confirmation: {
      hypothesis: clip(`CPUSaturation by ${component} lasts`, 256),
      actions: [
        ...runsIfPresent(input, 'vmstat', '1', '5'),
        ...runsIfPresent(input, 'top', '-b', '-n', '2', '-d', '3', '-w', '160'),
        runs('cat', '/proc/pressure/cpu'),
        runs('cat', '/proc/loadavg'),
      ],
      judge: (step) => judge(step, saturation),
    },
    plan: plan(saturation),
  };
}

function judge(step: DiagnosisStep, saturation: Saturation): Judgement {
  const top = readTop(step);
  const pressure = readPressureReading(step, 'cpu');
  if (top === undefined) {
    if (pressure === undefined)
      return { outcome: 'Unclear', statement: 'neither top nor the CPU pressure could be read' };
    return pressure.avg10Percent >= 20
      ? { outcome: 'Confirmed', quotes: pressure.quotes }
      : { outcome: 'Gone', quotes: pressure.quotes, statement: 'the CPU pressure has gone' };
  }
  const busyPercent = 100 - top.idlePercent - top.iowaitPercent;
  const lasting = lastingProcesses(top.processes, saturation.culprits);
  if (busyPercent < saturation.confirmedBusyPercent) {
    return { outcome: 'Gone', quotes: top.summary, statement: 'the processors were no longer busy some seconds later' };
  }
  const blamed = sum(lasting.map((process) => process.cpuPercent));
  if (blamed < 30 || blamed < saturation.minBlamedPercent) {
    const statement = 'the processes that used the processors in the first look no longer did some seconds later';
    return { outcome: 'Gone', quotes: top.summary, statement };
  }
  const names = nameCulprits(lasting);
  const group = commonCgroup(saturation.culprits);
  return {
    outcome: 'Confirmed',
    quotes: [...top.summary, ...lasting.slice(0, 4).map((process) => process.quote), ...(pressure?.quotes ?? [])],
    component: `${names}${group === '' ? '' : ` in cgroup ${group}`}`,
    statement: `The processors are ${Math.round(busyPercent)}% busy, and ${names} used ${Math.round(blamed)}% of one core together in both looks${pressure === undefined ? '' : `; tasks waited for a core ${pressure.avg10Percent}% of the last ten seconds`}.`,
  };
}

/** Names that say nothing of what runs: two processes called `node` need not have anything to do with each other. */
const RUNTIMES = /^(?:MainThread|node|python[\d.]*|sh|bash|dash|java|ruby|perl|make|npm.*|git|cc1.*)$/u;

/** Processes of the second look that were culprits in the first, by pid; by name where each run is a new process. */
function lastingProcesses(now: readonly TopProcess[], before: readonly ContextFact<'process'>[]): TopProcess[] {
  const busy = now.filter((process) => process.cpuPercent >= SMALL_CPU_PERCENT);
  const pids = new Set(before.map((fact) => fact.number('pid')));
  const same = busy.filter((process) => pids.has(process.pid));
  if (same.length > 0) return same;
  const names = new Set(before.map((fact) => fact.text('comm')).filter((comm) => !RUNTIMES.test(comm)));
  return busy.filter((process) => names.has(process.comm));
}

function plan(saturation: Saturation): string {
  const pids = saturation.culprits.map((fact) => fact.text('pid'));
  const first = pids[0] ?? 'PID';
  return [
    `1. Find out whether this work is wanted: \`ps -o pid,ppid,user,etime,args -p ${pids.join(',') || first}\`.`,
    `2. If it may wait, lower its priority: \`renice -n 10 -p ${pids.join(' ') || first}\`. This is reversible and stops nothing.`,
    `3. If it must not run, stop it through its supervisor (\`systemctl stop …\`), or ask it to end: \`kill -TERM ${first}\`.`,
    '4. If the work is wanted, give it a CPU quota of its own (`CPUQuota=` of its systemd unit) or move it to a larger machine.',
  ].join('\n');
}
