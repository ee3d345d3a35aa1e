import type { MoveAction } from '../../../moves/move.ts';
import { canTrace, clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import { describeCulprits, findCpuCulprits, tellShares } from './cpu-culprits.ts';
import type { CpuCulprit } from './cpu-culprits.ts';
import { FORK_TRACE, FORK_TRACE_SECONDS, judgeCpu } from './judge-cpu.ts';
import type { CpuSaturation } from './judge-cpu.ts';

/** With less idle time than this, work waits for a core. */
const SATURATED_BUSY_PERCENT = 88;
/** The confirming look is allowed this much more idle time, because rates wobble. */
const CONFIRMED_BUSY_PERCENT = 80;
/** Of what is busy, others than this project's own processes must make up so much. */
const FOREIGN_SHARE = 0.5;
/** Share of all cores that the blamed must still use in the second look; less, because others compete with them. */
const LASTING_SHARE = 0.3;
/** Forks per second from which it is worth a trace to learn who forks. */
const TRACED_FORKS_PER_SECOND = 100;

/** Finds a machine whose processors are all busy, and the processes that keep them so. */
export const findCpuSaturation: Rule = (input) => {
  const total = input.facts.first('cpu', 'cpu', (fact) => fact.text('core') === 'total');
  if (total === undefined) return [];
  const cores = Math.max(1, input.facts.all('cpu', 'cpu').length - 1);
  const busyPercent = total.number('busy') * cores;
  if (total.number('busy') < SATURATED_BUSY_PERCENT) return busyCores(input, total);
  const own = input.facts.all('processes', 'process').filter((fact) => fact.isOwn);
  const ownPercent = own.reduce((sum, fact) => sum + fact.number('cpu'), 0);
  // An instrument that starts up on a small machine fills it for a moment; that is no fault of the machine.
  if (busyPercent - ownPercent < busyPercent * FOREIGN_SHARE) return [];
  return [saturatedMachine(input, { total, cores }, findCpuCulprits(input, busyPercent))];
};

function saturatedMachine(
  input: RuleInput,
  { total, cores }: { total: ContextFact<'cpu'>; cores: number },
  culprits: readonly CpuCulprit[],
): Candidate {
  const pressure = input.facts.pressure('cpu', 'some');
  const load = input.facts.first('cpu', 'load');
  const who = culprits.length === 0 ? '' : ` ${tellShares(culprits)}.`;
  const statement = `All ${cores} cores are busy ${Math.round(total.number('busy'))}% of the time${pressure === undefined ? '' : `, and tasks wait for a core ${Math.round(pressure.number('sample_stalled'))}% of the time`} (load ${load?.text('load1') ?? '?'}).${who}`;
  return candidate(input, {
    component: describeCulprits(culprits) || `all ${cores} processors`,
    statement,
    quotes: [
      total.quote,
      ...culprits.slice(0, 4).map(({ quote }) => quote),
      ...(pressure ? [pressure.quote] : []),
      ...(load ? [load.quote] : []),
    ],
    strength: 60 + Math.min(20, (pressure?.number('sample_stalled') ?? 0) / 4),
    culprits,
    cores,
    confirmedBusyPercent: CONFIRMED_BUSY_PERCENT,
    minBlamedPercent: 100 * cores * LASTING_SHARE,
    needsSymptom: false,
  });
}

/** Processes that have kept a core busy all their life: nothing on a machine with idle cores, unless CPU is what was asked about. */
function busyCores(input: RuleInput, total: ContextFact<'cpu'>): Candidate[] {
  const spinners = findCpuCulprits(input, 0).filter(
    (culprit) => culprit.cpuPercent >= 90 && culprit.lifetimePercent >= 80 && culprit.ageSeconds >= 10,
  );
  if (spinners.length === 0) return [];
  return [
    candidate(input, {
      component: describeCulprits(spinners),
      statement: `${tellShares(spinners)}, and has done so since its start; the machine as a whole is ${Math.round(total.number('busy'))}% busy.`,
      quotes: [...spinners.map(({ quote }) => quote), total.quote],
      strength: 40,
      culprits: spinners,
      cores: Math.max(1, input.facts.all('cpu', 'cpu').length - 1),
      confirmedBusyPercent: 0,
      minBlamedPercent: 75,
      needsSymptom: true,
    }),
  ];
}

function candidate(input: RuleInput, saturation: CpuSaturation): Candidate {
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
      actions: actions(input, saturation),
      judge: (step) => judgeCpu(step, saturation, input),
    },
    plan: plan(saturation),
  };
}

function actions(input: RuleInput, { culprits }: CpuSaturation): MoveAction[] {
  const stats = culprits.filter(({ childrenPercent }) => childrenPercent > 0).slice(0, 3);
  const files = stats.map(({ pid }) => `/proc/${pid}/stat`);
  const isForking = (input.facts.first('cpu', 'load')?.number('forks_per_s') ?? 0) >= TRACED_FORKS_PER_SECOND;
  return [
    ...(files.length === 0 ? [] : [runs('cat', '/proc/uptime', ...files)]),
    ...runsIfPresent(input, 'top', '-b', '-n', '2', '-d', '3', '-w', '160'),
    ...(isForking && canTrace(input)
      ? [{ tool: 'trace' as const, program: FORK_TRACE, durationSeconds: FORK_TRACE_SECONDS }]
      : []),
    // One more file, for the same command twice in a step counts as going in circles.
    ...(files.length === 0 ? [] : [runs('cat', '/proc/uptime', '/proc/loadavg', ...files)]),
    runs('cat', '/proc/pressure/cpu'),
    runs('cat', '/proc/loadavg'),
  ];
}

function plan({ culprits }: CpuSaturation): string {
  const pids = culprits.slice(0, 8).map(({ pid }) => String(pid));
  const [first = 'PID'] = pids;
  const storm = culprits.find(({ childrenPercent, cpuPercent }) => childrenPercent > cpuPercent);
  return [
    `1. Find out whether this work is wanted: \`ps -o pid,ppid,user,etime,args -p ${pids.join(',') || first}\`. What started it: \`cat /proc/${first}/cgroup\` names its unit or container.`,
    ...(storm === undefined
      ? []
      : [
          `   Process ${storm.comm} (pid ${storm.pid}) starts short-lived processes one after the other: look for a loop without a pause, or a service that is restarted at once.`,
        ]),
    `2. If it may wait, lower its priority: \`renice -n 10 -p ${pids.join(' ') || first}\`. It stops nothing and is undone by \`renice -n 0\`.`,
    `3. If it must not run, stop it through its supervisor (\`systemctl stop UNIT\`, \`docker stop NAME\`); without one ask it to end: \`kill -TERM ${first}\`. This cannot be undone: what it had not saved is lost.`,
    '4. If the work is wanted, give it a limit of its own (`systemctl set-property UNIT CPUQuota=50%`, undone by `CPUQuota=`), or move it to a larger machine.',
  ].join('\n');
}
