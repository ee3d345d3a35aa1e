import type { MoveAction, Quote } from '../../../moves/move.ts';
import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter, saysAbsent } from '../readings/counter-reading.ts';
import { nameGroup } from '../cluster/group-names.ts';
import { setLimit, showTemplate, twiceMemory } from '../cluster/kubectl.ts';
import type { Place } from '../cluster/pod-names.ts';
import { nameCulprits, toNamed } from './process-names.ts';
import { sizeForPeople } from '../context-facts.ts';
import { readPressureReading } from '../readings/pressure-reading.ts';

/** Less available memory than this is scarce by itself. */
const SCARCE_AVAILABLE_PERCENT = 5;
/** With this little, stalls, swapping or one program that holds most of the memory make it a fault. */
const LOW_AVAILABLE_PERCENT = 12;
/** A program that holds so much of the memory is to blame for its want. */
const HOG_SHARE_PERCENT = 50;
/** The confirming look is allowed this much more, because a hog may still be growing or shrinking. */
const CONFIRMED_AVAILABLE_PERCENT = 15;
const STALLED_PERCENT = 10;
/** Pages read again during the sample soon after they were thrown out, above which a group works against its limit. */
const THRASHING_REFAULTS = 250;
const TOPICS = /memory|\bram\b|swap|slow|thrash|cache|pressure|unrespons|lag|reclaim|oom|\breads?\b|sluggish|latency/u;

/** Finds a machine, or a control group, that spends its time looking for memory. */
export const findMemoryPressure: Rule = (input) => [...machinePressure(input), ...groupPressure(input)];

function machinePressure(input: RuleInput): Candidate[] {
  const { facts } = input;
  const memory = facts.first('memory', 'memory');
  const pressure = facts.pressure('memory', 'some');
  const paging = facts.first('memory', 'vmstat');
  const available = memory?.maybeNumber('available_share');
  if (memory === undefined || available === undefined) return [];
  const stalled = pressure?.number('sample_stalled') ?? 0;
  const swaps = (paging?.number('sample_pswpin') ?? 0) + (paging?.number('sample_pswpout') ?? 0);
  const stalls = paging?.number('sample_allocstall') ?? 0;
  const isPressed = stalled >= STALLED_PERCENT || swaps > 500 || stalls > 50;
  const holders = largestHolders(facts);
  const share = holders.reduce((sum, fact) => sum + fact.number('share'), 0);
  const isScarce = available < SCARCE_AVAILABLE_PERCENT;
  if (!isScarce && !(available < LOW_AVAILABLE_PERCENT && (isPressed || share >= HOG_SHARE_PERCENT))) return [];
  const [holder] = holders;
  const name = nameCulprits(holders.map((fact) => toNamed(fact, input.cluster)));
  const isDominant = share >= 20;
  const quotes = [memory, ...holders.slice(0, 4), pressure, paging]
    .filter((fact) => fact !== undefined)
    .map((fact) => fact.quote);
  return [
    {
      finding: {
        mechanism: 'MemoryPressure',
        component: clip(
          isDominant ? `${name} in host memory` : `host memory${name === '' ? '' : ` (largest: ${name})`}`,
          256,
        ),
        statement: clip(
          `Only ${memory.size('available')} (${memory.share('available_share')}) of ${memory.size('total')} memory is available.${pressure === undefined ? '' : ` Tasks waited for memory ${pressure.share('sample_stalled')} of the time.`}${name === '' ? '' : ` Most of it is held by ${name}: ${sizeForPeople(holders.reduce((sum, fact) => sum + fact.number('rss'), 0))} (${Math.round(share)}%).`}`,
          1024,
        ),
        evidence: quotes,
      },
      strength: 74 + (isPressed ? 10 : 0),
      nature: 'Load',
      topics: TOPICS,
      needsSymptom: false,
      explains: ['DiskIOSaturation'],
      confirmation: {
        hypothesis: clip('MemoryPressure of the machine lasts', 256),
        actions: [
          ...runsIfPresent(input, 'vmstat', '1', '4'),
          runs('cat', '/proc/meminfo'),
          runs('cat', '/proc/pressure/memory'),
        ],
        judge: judgeMachine,
      },
      plan: [
        `1. See who holds the memory: \`ps -eo pid,user,rss,etime,args --sort=-rss | head\`; whether it still grows: \`grep VmRSS /proc/${holder?.text('pid') ?? 'PID'}/status\` twice.`,
        `2. If ${name === '' ? 'the largest holder' : name} holds more than it needs, restart it through its supervisor (\`systemctl restart UNIT\`); what it had not saved is lost. If it grows without end, it leaks: the restart only wins time.`,
        '3. Give it a limit of its own, so that it cannot take the machine with it: `systemctl set-property UNIT MemoryHigh=2G MemoryMax=3G` (undone by empty values).',
        '4. If all of it is needed, add memory or swap, or move work away.',
      ].join('\n'),
    },
  ];
}

/** The process that holds most memory, with those of its name that hold much too: workers of one program share the blame. */
function largestHolders(facts: RuleInput['facts']): ContextFact<'memory_process'>[] {
  const foreign = facts.all('memory', 'memory_process').filter((fact) => !fact.isOwn);
  const [largest] = foreign;
  if (largest === undefined) return [];
  return foreign.filter(
    (fact) => toNamed(fact).comm === toNamed(largest).comm && fact.number('rss') >= largest.number('rss') / 4,
  );
}

function judgeMachine(step: DiagnosisStep): Judgement {
  const result = step.results.find((candidate) => /^MemAvailable:/mu.test(candidate.text));
  const field = (name: string): [number, Quote[]] => {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(result?.text ?? '');
    return [Number(line?.[1] ?? Number.NaN), line && result ? [{ id: result.evidenceID, quote: line[0] }] : []];
  };
  const [total, totalQuotes] = field('MemTotal');
  const [available, quotes] = field('MemAvailable');
  if (Number.isNaN(available) || Number.isNaN(total)) {
    return { outcome: 'Unclear', statement: '/proc/meminfo could not be read again' };
  }
  if ((100 * available) / total >= CONFIRMED_AVAILABLE_PERCENT) {
    return { outcome: 'Gone', quotes, statement: 'memory was available again some seconds later' };
  }
  const pressure = readPressureReading(step, 'memory');
  return { outcome: 'Confirmed', quotes: [...quotes, ...totalQuotes, ...(pressure?.quotes ?? [])] };
}

function groupPressure(input: RuleInput): Candidate[] {
  return input.facts
    .all('memory-cgroups', 'memory_cgroup')
    .filter((group) => !group.isOwn && group.text('limit') !== 'none' && group.number('usage_share') >= 85)
    .filter((group) => group.number('sample_failcnt') > 0)
    .filter((group) => group.number('sample_refault') >= THRASHING_REFAULTS)
    .map((group) => groupCandidate(input, group));
}

function groupCandidate(input: RuleInput, group: ContextFact<'memory_cgroup'>): Candidate {
  const path = group.text('path');
  const named = nameGroup(input, path, group.text('top'));
  const pressure = input.facts.pressure('memory', 'some');
  const memory = input.facts.first('memory', 'memory');
  return {
    finding: {
      mechanism: 'MemoryPressure',
      component: clip(named.component, 256),
      statement: clip(
        `The work of ${named.name} does not fit in its memory limit of ${group.size('limit')}: it uses ${group.share('usage_share')} of it, hit the limit ${group.text('sample_failcnt')} times in the sample, and read ${sizeForPeople(group.number('sample_refault') * 4096)} again that it had just thrown out. The machine has ${memory?.size('available') ?? '?'} available.`,
        1024,
      ),
      evidence: [
        ...[group, pressure, memory].filter((fact) => fact !== undefined).map((fact) => fact.quote),
        ...named.quotes,
      ],
    },
    strength: 84,
    nature: 'Load',
    topics: new RegExp(`${TOPICS.source}|disk|cgroup|container|worker|limit|\\bi/?o\\b|hot`, 'u'),
    needsSymptom: false,
    explains: ['DiskIOSaturation'],
    place: named.place,
    confirmation: {
      hypothesis: clip(`MemoryPressure by the limit of ${named.name} lasts`, 256),
      actions: groupActions(input, group),
      judge: (step) => judgeGroup(step, path),
    },
    plan: named.place === 'Host' ? hostPlan(group) : podPlan(group, named.place),
  };
}

function hostPlan(group: ContextFact<'memory_cgroup'>): string {
  const path = group.text('path');
  return [
    `1. Compare the limit with the working set: \`grep -E "refault|total_rss|total_cache" ${path}/memory.stat\`; refaults grow while the limit is too small.`,
    `2. Raise the limit at once: \`echo ${2 * group.number('limit')} > ${path}/${limitFile(group)}\`. Undone by \`echo ${group.number('limit')} > ${path}/${limitFile(group)}\`.`,
    '3. To keep it, change it where it is set (`systemctl set-property UNIT MemoryMax=`, `docker update --memory`, Kubernetes `resources.limits.memory`, Proxmox `pct set ID --memory`).',
    '4. If the limit is meant, make the work touch less data at a time.',
  ].join('\n');
}

/** In a cluster the limit comes from the container, and whoever writes into the group is overruled by the kubelet. */
function podPlan(group: ContextFact<'memory_cgroup'>, { pod, container }: Place): string {
  return [
    `1. Compare the limit, \`resources.limits.memory\`, with the working set: ${showTemplate(pod)}, \`kubectl -n ${pod.namespace} top pod ${pod.name} --containers\`.`,
    `2. Raise it: ${setLimit(pod, container, `memory=${twiceMemory(group.maybeNumber('limit'))}`)}.`,
    '3. If the limit is meant, make the work touch less data at a time.',
  ].join('\n');
}

function limitFile(group: ContextFact<'memory_cgroup'>): string {
  return group.text('version') === '2' ? 'memory.max' : 'memory.limit_in_bytes';
}

function groupActions(input: RuleInput, group: ContextFact<'memory_cgroup'>): MoveAction[] {
  const path = group.text('path');
  const counter = group.text('version') === '2' ? 'memory.events' : 'memory.failcnt';
  return [
    printFiles(`${path}/${counter}`),
    ...runsIfPresent(input, 'vmstat', '1', '4'),
    printFiles(`${path}/${counter}`, `${path}/${limitFile(group)}`, `${path}/memory.stat`),
    runs('cat', '/proc/pressure/memory'),
  ];
}

function judgeGroup(step: DiagnosisStep, path: string): Judgement {
  const hits = readCounter(step, `${path}/memory.failcnt`, '') ?? readCounter(step, `${path}/memory.events`, 'max');
  if (hits === undefined) {
    return saysAbsent(step)
      ? { outcome: 'Gone', quotes: [], statement: `cgroup ${path} no longer exists` }
      : { outcome: 'Unclear', statement: `the counters of ${path} could not be read again` };
  }
  if (hits.last <= hits.first) {
    return { outcome: 'Gone', quotes: hits.quotes, statement: `cgroup ${path} no longer hits its limit` };
  }
  const pressure = readPressureReading(step, 'memory');
  return { outcome: 'Confirmed', quotes: [...hits.quotes, ...(pressure?.quotes ?? [])] };
}
