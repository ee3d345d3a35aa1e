import { clip, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter, saysAbsent } from '../readings/counter-reading.ts';

/** A group that is stopped in less of its periods than this is merely near its quota. */
const THROTTLED_SHARE_PERCENT = 25;
/** Fewer periods than this in a sample say nothing. */
const MIN_PERIODS = 4;

/** Finds control groups whose CPU quota stops their tasks. */
export const findCpuThrottling: Rule = (input) =>
  input.facts
    .all('cgroups', 'cpu_cgroup')
    .filter(
      (fact) =>
        !fact.isOwn &&
        fact.text('quota') !== 'none' &&
        fact.number('sample_nr_periods') >= MIN_PERIODS &&
        fact.number('throttled_share') >= THROTTLED_SHARE_PERCENT,
    )
    .map((fact) => toCandidate(input, fact));

function toCandidate(input: RuleInput, fact: ContextFact<'cpu_cgroup'>): Candidate {
  const path = fact.text('path');
  const isV1 = fact.text('version') === '1';
  const limits = isV1 ? [`${path}/cpu.cfs_quota_us`, `${path}/cpu.cfs_period_us`] : [`${path}/cpu.max`];
  const total = input.facts.first('cpu', 'cpu', (cpu) => cpu.text('core') === 'total');
  return {
    finding: {
      mechanism: 'CPUThrottling',
      component: component(fact),
      statement: clip(
        `The CPU quota of cgroup ${path} (${fact.text('quota')} in each ${fact.text('period')}, that is ${fact.text('limit_cores')} cores) stops its tasks: throttled in ${fact.text('sample_nr_throttled')} of ${fact.text('sample_nr_periods')} periods, for ${fact.text('sample_throttled')} of the sample, while the machine is ${total?.text('busy') ?? '?'} busy.`,
        1024,
      ),
      evidence: [fact.quote, ...(total ? [total.quote] : [])],
    },
    strength: 62 + fact.number('throttled_share') * 0.3,
    nature: 'Load',
    topics:
      /slow|throttl|quota|cgroup|container|worker|\bjob\b|service|batch|longer|limit|latency|timeout|cpu|stall|lag/u,
    needsSymptom: false,
    explains: [],
    confirmation: {
      hypothesis: clip(`CPUThrottling of cgroup ${path} lasts`, 256),
      actions: [
        printFiles(`${path}/cpu.stat`),
        ...runsIfPresent(input, 'vmstat', '1', '4'),
        printFiles(`${path}/cpu.stat`, ...limits),
      ],
      judge: (step) => judge(step, fact),
    },
    plan: plan(fact, limits),
  };
}

function component(fact: ContextFact<'cpu_cgroup'>): string {
  const top = fact.text('top');
  return clip(`cgroup ${fact.text('path')}${top === '' ? '' : ` (tasks ${top})`}`, 256);
}

function judge(step: DiagnosisStep, fact: ContextFact<'cpu_cgroup'>): Judgement {
  const path = fact.text('path');
  const throttled = readCounter(step, `${path}/cpu.stat`, 'nr_throttled');
  const periods = readCounter(step, `${path}/cpu.stat`, 'nr_periods');
  if (throttled === undefined || periods === undefined) {
    return saysAbsent(step)
      ? { outcome: 'Gone', quotes: [], statement: `cgroup ${path} no longer exists` }
      : { outcome: 'Unclear', statement: `cpu.stat of ${path} could not be read again` };
  }
  const quota = (readCounter(step, `${path}/cpu.cfs_quota_us`, '') ?? { quotes: [] }).quotes;
  const grown = throttled.last - throttled.first;
  if (grown <= 0) {
    return { outcome: 'Gone', quotes: throttled.quotes, statement: `nr_throttled of ${path} no longer grows` };
  }
  return {
    outcome: 'Confirmed',
    quotes: [...throttled.quotes, ...periods.quotes, ...quota],
    statement: `The CPU quota of cgroup ${path} (${fact.text('quota')} in each ${fact.text('period')}, ${fact.text('limit_cores')} cores) stops its tasks: throttled in ${fact.text('sample_nr_throttled')} of ${fact.text('sample_nr_periods')} periods in the first sample, and in ${grown} of ${periods.last - periods.first} periods in the second.`,
  };
}

function plan(fact: ContextFact<'cpu_cgroup'>, limits: readonly string[]): string {
  const path = fact.text('path');
  const isV1 = fact.text('version') === '1';
  const period = fact.number('period') || 100_000;
  const raise = isV1 ? `echo ${period} > ${path}/cpu.cfs_quota_us` : `echo "${period} ${period}" > ${path}/cpu.max`;
  return [
    `1. See who set the quota and whether it is meant: \`cat ${limits.join(' ')}\`. Containers and systemd units get theirs from \`cpu limits\` or \`CPUQuota=\`: change it there, or it comes back.`,
    `2. To try it at once (one core; undone by writing the old value ${fact.text('quota')} back): \`${raise}\`.`,
    `3. Watch that throttling stops: \`grep nr_throttled ${path}/cpu.stat\` must no longer grow.`,
    '4. If the limit is meant, the work needs fewer threads or more time: throttling then is the expected effect.',
  ].join('\n');
}
