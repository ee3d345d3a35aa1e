import { clip, runsIfPresent } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import { nameGroup } from '../cluster/group-names.ts';
import type { NamedGroup } from '../cluster/group-names.ts';
import { describePod, setLimit, showTemplate, twiceCpu } from '../cluster/kubectl.ts';
import { isSamePod } from '../cluster/pod-names.ts';
import { tellRollout } from '../cluster/recent-rollout.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { printFiles, readCounter, saysAbsent } from '../readings/counter-reading.ts';

/** A group that is stopped in less of its periods than this is merely near its quota. */
const THROTTLED_SHARE_PERCENT = 25;
/** Fewer periods than this in a sample say nothing. */
const MIN_PERIODS = 3;
/** Work with long pauses may rest just during the sample; so many throttled periods in its life make it worth a longer look. */
const MIN_LIFETIME_THROTTLED = 10;

/** Finds control groups whose CPU quota stops their tasks. */
export const findCpuThrottling: Rule = (input) => {
  const found = input.facts
    .all('cgroups', 'cpu_cgroup')
    .filter((fact) => !fact.isOwn && fact.text('quota') !== 'none')
    .filter((fact) => isThrottledNow(fact) || wasThrottled(fact))
    .map((fact) => ({ fact, group: nameGroup(input, fact.text('path'), fact.text('top')) }));
  // The group of a pod has the sum of its containers' quotas: where a container is throttled, the pod adds nothing.
  const told = found.filter(({ group }) => !isPodOfAnother(group, found));
  return told.map(({ fact, group }) => toCandidate(input, fact, group));
};

function isPodOfAnother({ place }: NamedGroup, all: readonly { group: NamedGroup }[]): boolean {
  if (place === 'Host' || place.container !== '') return false;
  return all.some(
    ({ group: { place: other } }) => other !== 'Host' && other.container !== '' && isSamePod(other.pod, place.pod),
  );
}

function isThrottledNow(fact: ContextFact<'cpu_cgroup'>): boolean {
  return fact.number('sample_nr_periods') >= MIN_PERIODS && fact.number('throttled_share') >= THROTTLED_SHARE_PERCENT;
}

function wasThrottled(fact: ContextFact<'cpu_cgroup'>): boolean {
  const throttled = fact.number('nr_throttled');
  const share = (100 * throttled) / Math.max(1, fact.number('nr_periods'));
  return fact.number('tasks') > 0 && throttled >= MIN_LIFETIME_THROTTLED && share >= THROTTLED_SHARE_PERCENT;
}

function toCandidate(input: RuleInput, fact: ContextFact<'cpu_cgroup'>, group: NamedGroup): Candidate {
  const path = fact.text('path');
  const isV1 = fact.text('version') === '1';
  const isNow = isThrottledNow(fact);
  const limits = isV1 ? [`${path}/cpu.cfs_quota_us`, `${path}/cpu.cfs_period_us`] : [`${path}/cpu.max`];
  const total = input.facts.first('cpu', 'cpu', (cpu) => cpu.text('core') === 'total');
  const rollout = group.place === 'Host' ? undefined : tellRollout(input.cluster, group.place.pod);
  const changed = rollout === undefined ? '' : ` ${rollout.statement}`;
  return {
    finding: {
      mechanism: 'CPUThrottling',
      component: clip(group.component, 256),
      statement: clip(
        `${tellQuota(fact, group)} ${tellThrottling(fact)}, while the machine as a whole is ${total?.share('busy') ?? '?'} busy.${changed}`,
        1024,
      ),
      evidence: [fact.quote, ...group.quotes, ...(total ? [total.quote] : []), ...(rollout?.quotes ?? [])],
    },
    strength: isNow ? 62 + fact.number('throttled_share') * 0.3 : 58,
    nature: 'Load',
    topics:
      /slow|throttl|quota|cgroup|container|worker|\bjob\b|service|batch|longer|limit|latency|timeout|cpu|stall|lag/u,
    needsSymptom: false,
    explains: ['LivenessProbeFailing', 'ReadinessProbeFailing', 'StartupProbeFailing'],
    place: group.place,
    confirmation: {
      hypothesis: clip(`CPUThrottling of ${group.name} lasts`, 256),
      actions: [
        printFiles(`${path}/cpu.stat`),
        ...runsIfPresent(input, 'vmstat', '1', isNow ? '4' : '8'),
        printFiles(`${path}/cpu.stat`, ...limits),
      ],
      judge: (step) => judge(step, fact, { group, changed }),
    },
    plan: group.place === 'Host' ? plan(fact, limits) : podPlan(fact, group, rollout?.plan),
  };
}

/** `Cgroup /x may use 10 ms of CPU in every 100 ms (0.1 cores).` */
function tellQuota(fact: ContextFact<'cpu_cgroup'>, group: NamedGroup): string {
  const ms = (field: 'quota' | 'period'): string => `${Math.round(fact.number(field) / 10) / 100} ms`;
  return `${group.subject} may use ${ms('quota')} of CPU in every ${ms('period')} (${fact.text('limit_cores')} cores).`;
}

function tellThrottling(fact: ContextFact<'cpu_cgroup'>): string {
  return isThrottledNow(fact)
    ? `The kernel stopped its tasks for that in ${fact.text('sample_nr_throttled')} of ${fact.text('sample_nr_periods')} periods of the sample`
    : `The kernel stopped its tasks for that in ${fact.text('nr_throttled')} of ${fact.text('nr_periods')} periods since it was made`;
}

function judge(
  step: DiagnosisStep,
  fact: ContextFact<'cpu_cgroup'>,
  { group, changed }: { group: NamedGroup; changed: string },
): Judgement {
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
    statement: `${tellQuota(fact, group)} ${tellThrottling(fact)}, and in ${grown} of ${periods.last - periods.first} periods when it was looked at again.${changed}`,
  };
}

function plan(fact: ContextFact<'cpu_cgroup'>, limits: readonly string[]): string {
  const path = fact.text('path');
  const isV1 = fact.text('version') === '1';
  const period = fact.number('period') || 100_000;
  const old = fact.number('quota');
  const more = Math.max(period, 2 * old);
  const raise = isV1 ? `echo ${more} > ${path}/cpu.cfs_quota_us` : `echo "${more} ${period}" > ${path}/cpu.max`;
  const undo = isV1 ? `echo ${old} > ${path}/cpu.cfs_quota_us` : `echo "${old} ${period}" > ${path}/cpu.max`;
  const lift = isV1 ? `echo -1 > ${path}/cpu.cfs_quota_us` : `echo max > ${path}/cpu.max`;
  return [
    `1. See the quota and whether it is meant: \`cat ${limits.join(' ')}\`. It is set by whoever made the group: a systemd unit (\`CPUQuota=\`: \`systemctl show UNIT -p CPUQuotaPerSecUSec\`), a container (\`docker update --cpus\`, Kubernetes \`resources.limits.cpu\`), LXC (\`lxc.cgroup.cpu.cfs_quota_us\`, Proxmox \`cpulimit\`), or a script.`,
    `2. To try it at once, raise it to ${more / period} cores: \`${raise}\`, or remove it: \`${lift}\`. Undone by \`${undo}\`.`,
    `3. Watch that throttling stops: \`grep nr_throttled ${path}/cpu.stat\` must no longer grow. Then make the change where the quota is set (for a unit \`systemctl set-property UNIT CPUQuota=100%\`), or it comes back.`,
    '4. If the limit is meant, the work needs fewer threads or more time: throttling then is the expected effect.',
  ].join('\n');
}

/** In a cluster the quota comes from the container's limit, and whoever writes into the group is overruled by the kubelet. */
function podPlan(fact: ContextFact<'cpu_cgroup'>, { place }: NamedGroup, rollout: string | undefined): string {
  if (place === 'Host') return '';
  const { pod, container } = place;
  const cores = fact.text('limit_cores');
  return [
    `See the limit, \`resources.limits.cpu\` (now ${cores} cores), and whether it is meant: ${showTemplate(pod)}. What it uses: \`kubectl -n ${pod.namespace} top pod ${pod.name} --containers\`.`,
    `Raise it: ${setLimit(pod, container, `cpu=${twiceCpu(cores)}`)}. Without any CPU limit (only \`resources.requests.cpu\`) it may use what the node has left.`,
    `Watch that it gets faster and that ${describePod(pod)} shows the new limit; on the node nr_throttled must no longer grow.`,
    'If the limit is meant, the work needs fewer threads or more time: throttling then is the expected effect.',
    ...(rollout === undefined ? [] : [rollout]),
  ]
    .map((line, index) => `${index + 1}. ${line}`)
    .join('\n');
}
