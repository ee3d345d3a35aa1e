import type { Quote } from '../../../moves/move.ts';
import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import { namePlace } from '../cluster/pod-names.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter, saysAbsent } from '../readings/counter-reading.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

/** A kill of this age is news whatever the symptom is. */
const FRESH_SECONDS = 600;
/** A kill in a group that is gone is worth telling for so long. */
const GONE_SECONDS = 900;
/** Symptoms of a kill, told in words. */
const TOPICS =
  /kill|\bdie[ds]?\b|dying|\b137\b|\boom\b|out of memory|sigkill|crash|restart|vanish|disappear|exit|memory|abort|terminat/u;
/** Symptoms of a process that ended, told plainly: only then is a kill worth telling whose group has gone meanwhile. */
const STRONG_TOPICS = /\bkill|\bdie[ds]?\b|dying|\b137\b|\boom\b|sigkill|crash|restart|vanish|disappear/u;

/**
 * Finds kills for want of memory: by the limit of a control group, or because the machine had none left.
 *
 * Kills by the limit of a pod or a container are the matter of {@link findContainerOomKill}.
 */
export const findOomKill: Rule = (input) => [...groupKills(input), ...machineKills(input)];

function groupKills(input: RuleInput): Candidate[] {
  const { facts } = input;
  const isOfPod = (path: string): boolean => input.cluster.placeOfCgroup(path) !== undefined;
  const kills = facts
    .all('oom-kills', 'oom_kill')
    .filter((kill) => !kill.isOwn && kill.text('limit_cgroup') !== '' && !isOfPod(kill.text('limit_cgroup')));
  const groups = facts
    .all('memory-cgroups', 'memory_cgroup')
    .filter((group) => !isOfPod(group.text('path')))
    .filter((group) => !group.isOwn && (group.number('oom_kill') > 0 || group.text('under_oom') === 'yes'));
  const paths = new Set([
    ...kills.map((kill) => kill.text('limit_cgroup')),
    ...groups.map((group) => group.text('path')),
  ]);
  return [...paths].flatMap((path) => {
    const newest = kills.find((kill) => kill.text('limit_cgroup') === path);
    const group = facts.first('memory-cgroups', 'memory_cgroup', (fact) => fact.text('path') === path);
    // The kill is counted where the victim was, which may be below the group whose limit was hit.
    if (group === undefined || newest !== undefined || group.text('limit') !== 'none') {
      return groupKill(input, { path, newest, group });
    }
    return [];
  });
}

interface GroupKill {
  path: string;
  newest: ContextFact<'oom_kill'> | undefined;
  group: ContextFact<'memory_cgroup'> | undefined;
}

function groupKill(input: RuleInput, { path, newest, group }: GroupKill): Candidate[] {
  const age = newest?.number('age');
  const speaksOfIt =
    group === undefined
      ? STRONG_TOPICS.test(input.symptom) && (age ?? Infinity) <= GONE_SECONDS
      : TOPICS.test(input.symptom);
  const isLive = (group?.number('sample_oom_kill') ?? 0) > 0 || group?.text('under_oom') === 'yes';
  const isFresh = group !== undefined && age !== undefined && age <= FRESH_SECONDS;
  // A group that is gone took its fault with it: what is left in the log is history unless it is what was asked about.
  if (!isLive && !isFresh && !speaksOfIt) return [];
  const victim = newest === undefined ? '' : ` (killed: ${newest.text('comm')}, pid ${newest.text('pid')})`;
  const total = input.facts.first('memory', 'memory');
  const victimName = newest === undefined ? 'a task in it' : `${newest.text('comm')} (pid ${newest.text('pid')})`;
  const when = newest === undefined ? '' : ` ${tellAge(newest.number('age'))} ago`;
  const limit = group === undefined ? '' : ` of ${group.size('limit')}`;
  const counts =
    group === undefined
      ? ''
      : ` It hit the limit ${group.text('failcnt')} times${tellKills(group.number('oom_kill'))}.`;
  const told = `Cgroup ${path} reached its memory limit${limit}, and the kernel killed ${victimName}${when}.${counts}`;
  const rest = total === undefined ? '' : ` The machine itself has ${total.size('available')} available`;
  const quotes = [group?.quote, newest?.quote, total?.quote].filter((quote) => quote !== undefined);
  return [
    {
      finding: {
        mechanism: 'OOMKill',
        component: clip(`cgroup ${path}${victim}`, 256),
        statement: clip(
          `${told}${rest}${rest === '' ? ' The' : ': the'} limit of the group is too small for its work, not the machine.`,
          1024,
        ),
        evidence: quotes,
      },
      // Of several kills the newest is the one that somebody complains about.
      strength: (isLive ? 90 : isFresh ? 82 : 56) + freshness(age),
      nature: 'Event',
      topics: TOPICS,
      needsSymptom: false,
      explains: ['MemoryPressure', 'DiskIOSaturation'],
      // The limit may be that of all pods together, and a pod the victim.
      place: input.cluster.placeOfCgroup(newest?.text('task_cgroup') ?? '') ?? 'Host',
      confirmation: {
        hypothesis: clip(`OOMKill by the memory limit of cgroup ${path}`, 256),
        actions: groupActions(input, path, group),
        judge: (step) => judgeGroup(step, { path, newest, group }),
      },
      plan: groupPlan(path, group),
    },
  ];
}

/** 5 for a kill at this moment, 0 for one of an hour ago or of unknown age. */
function freshness(ageSeconds: number | undefined): number {
  return ageSeconds === undefined ? 0 : 5 * Math.max(0, 1 - ageSeconds / 3600);
}

/** A kill is counted where the victim was, which may be in a group below the one that hit its limit. */
function tellKills(kills: number): string {
  if (kills === 0) return '';
  return kills === 1 ? ', and the kernel killed there once' : `, and the kernel killed there ${kills} times`;
}

function tellAge(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
}

function groupActions(
  input: RuleInput,
  path: string,
  group: ContextFact<'memory_cgroup'> | undefined,
): Candidate['confirmation']['actions'] {
  const isV2 = group?.text('version') === '2';
  const files = isV2
    ? ['memory.events', 'memory.max', 'memory.current']
    : ['memory.oom_control', 'memory.limit_in_bytes', 'memory.failcnt', 'memory.max_usage_in_bytes'];
  return [
    ...(group === undefined ? [] : [printFiles(...files.map((file) => `${path}/${file}`))]),
    ...runsIfPresent(input, 'dmesg', '--level=emerg,alert,crit,err'),
    runs('cat', '/proc/meminfo'),
  ];
}

function judgeGroup(step: DiagnosisStep, { path, newest, group }: GroupKill): Judgement {
  const existed = group !== undefined;
  const counter =
    readCounter(step, `${path}/memory.oom_control`, 'oom_kill') ??
    readCounter(step, `${path}/memory.events`, 'oom_kill');
  const log = quoteKill(step, newest);
  const limit = readCounter(step, `${path}/memory.limit_in_bytes`, '') ?? readCounter(step, `${path}/memory.max`, '');
  const memory = quoteLine(resultsOf(step, 'cat /proc/meminfo')[0], /^MemAvailable/u);
  if (counter !== undefined) {
    return { outcome: 'Confirmed', quotes: [...counter.quotes, ...(limit?.quotes ?? []), ...log, ...memory] };
  }
  if (existed && saysAbsent(step)) {
    return { outcome: 'Gone', quotes: log, statement: `cgroup ${path} no longer exists` };
  }
  if (log.length > 0) return { outcome: 'Confirmed', quotes: [...log, ...memory] };
  return { outcome: 'Unclear', statement: `the counters of ${path} could not be read again` };
}

/** The kernel's line about the newest kill that the context told of; without one, of the last kill in the log. */
function quoteKill(step: DiagnosisStep, newest: ContextFact<'oom_kill'> | undefined): Quote[] {
  const log = resultsOf(step, 'dmesg').at(-1);
  const known = quoteLine(log, new RegExp(`ut of memory: Killed process ${newest?.text('pid') ?? 'none'} `, 'u'));
  return known.length > 0 ? known : quoteLine(log, /ut of memory: Kill/u, 'last');
}

function groupPlan(path: string, group: ContextFact<'memory_cgroup'> | undefined): string {
  const limitFile = group?.text('version') === '2' ? 'memory.max' : 'memory.limit_in_bytes';
  const old = group?.number('limit') ?? 0;
  return [
    `1. Compare the limit with what the work needs: \`grep . ${path}/${limitFile} ${path}/${group?.text('version') === '2' ? 'memory.peak' : 'memory.max_usage_in_bytes'}\`. The limit is set by whoever made the group: a systemd unit (\`MemoryMax=\`), a container (\`docker update --memory\`, Kubernetes \`resources.limits.memory\`, Proxmox \`pct set ID --memory\`), or a script.`,
    ...(old > 0
      ? [
          `2. If the work is healthy and the limit too small, raise it at once: \`echo ${2 * old} > ${path}/${limitFile}\`. Undone by \`echo ${old} > ${path}/${limitFile}\`. To keep it, change it where it is set.`,
        ]
      : ['2. If the work is healthy and the limit too small, raise it where it is set.']),
    '3. If its memory grows without end, it leaks: restart it to win time, take a heap profile, and mend the code. A higher limit only delays the next kill.',
    `4. Watch: \`grep oom_kill ${path}/${group?.text('version') === '2' ? 'memory.events' : 'memory.oom_control'}\` must no longer grow.`,
  ].join('\n');
}

function machineKills(input: RuleInput): Candidate[] {
  const newest = input.facts
    .all('oom-kills', 'oom_kill')
    .find((kill) => !kill.isOwn && kill.text('limit_cgroup') === '' && kill.text('constraint') !== 'CONSTRAINT_MEMCG');
  if (newest === undefined) return [];
  const memory = input.facts.first('memory', 'memory');
  const isFresh = newest.number('age') <= FRESH_SECONDS / 2;
  if (!isFresh && !STRONG_TOPICS.test(input.symptom)) return [];
  const victim = input.cluster.placeOfCgroup(newest.text('task_cgroup'));
  const name = `${newest.text('comm')} (pid ${newest.text('pid')})${victim === undefined ? '' : ` of ${namePlace(victim)}`}`;
  return [
    {
      finding: {
        mechanism: 'OOMKill',
        component: clip(`host memory (killed: process ${name})`, 256),
        statement: clip(
          `The machine ran out of memory and the kernel killed ${name} ${tellAge(newest.number('age'))} ago. No cgroup limit was involved.${memory === undefined ? '' : ` Now ${memory.size('available')} of ${memory.size('total')} are available.`}`,
          1024,
        ),
        evidence: [newest.quote, ...(memory ? [memory.quote] : [])],
      },
      strength: (isFresh ? 80 : 54) + freshness(newest.number('age')),
      nature: 'Event',
      topics: TOPICS,
      needsSymptom: false,
      explains: ['MemoryPressure'],
      confirmation: {
        hypothesis: clip(`OOMKill of ${name} for want of host memory`, 256),
        actions: [
          ...runsIfPresent(input, 'dmesg', '--level=emerg,alert,crit,err'),
          runs('cat', '/proc/meminfo'),
          printFiles('/proc/vmstat'),
        ],
        judge: (step) => {
          const log = quoteKill(step, newest);
          const counter = readCounter(step, '/proc/vmstat', 'oom_kill');
          if (log.length === 0 && counter === undefined) {
            return { outcome: 'Unclear', statement: 'neither the kernel log nor /proc/vmstat could be read again' };
          }
          return { outcome: 'Confirmed', quotes: [...log, ...(counter?.quotes ?? [])] };
        },
      },
      plan: [
        '1. See who holds the memory: `ps -eo pid,user,rss,args --sort=-rss | head`.',
        '2. Restart or limit the one that grew (`MemoryMax=` of its unit), so that it is killed alone next time.',
        '3. Add swap or memory if all of them are needed.',
      ].join('\n'),
    },
  ];
}
