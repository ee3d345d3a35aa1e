import type { Quote } from '../../../moves/move.ts';
import type { RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { QuietFamily } from '../quiet-families.ts';
import { isSamePod, podKey } from './pod-names.ts';
import { tellAge } from './recent-rollout.ts';

/** An end so long ago no longer counts. */
const LONG_AGO_SECONDS = 3600;

/** Families of faults of the pod that was asked about, of its node and of the cluster that the evidence speaks against. */
export function quietClusterFamilies(input: RuleInput): QuietFamily[] {
  return [ends, readiness, throttling, memoryLimit, node, names]
    .map((family) => family(input))
    .filter((family) => family !== undefined);
}

function ends({ cluster }: RuleInput): QuietFamily | undefined {
  const { target } = cluster;
  const containers = target === undefined ? [] : cluster.containersOf(target);
  const isCalm = containers.every(
    ({ state, restarts, lastFinishedSecondsAgo }) =>
      state === 'running' && (restarts === 0 || (lastFinishedSecondsAgo ?? 0) > LONG_AGO_SECONDS),
  );
  if (target === undefined || containers.length === 0 || !isCalm) return undefined;
  const youngest = Math.min(...containers.map(({ ageSeconds }) => ageSeconds));
  return quiet(
    'CrashLoop',
    `The containers of pod ${podKey(target)} have run for ${tellAge(youngest)} at least.`,
    containers.map(({ quote }) => quote),
  );
}

function readiness({ cluster }: RuleInput): QuietFamily | undefined {
  const { target } = cluster;
  const containers = target === undefined ? [] : cluster.containersOf(target);
  if (target === undefined || containers.length === 0 || !containers.every(({ isReady }) => isReady)) return undefined;
  return quiet('ReadinessProbeFailing', `All containers of pod ${podKey(target)} are ready.`, [target.quote]);
}

function throttling(input: RuleInput): QuietFamily | undefined {
  const groups = groupsOfTarget(input, 'cgroups', 'cpu_cgroup');
  const [worst] = groups.sort((a, b) => b.number('throttled_share') - a.number('throttled_share'));
  if (worst === undefined || worst.number('throttled_share') >= 10) return undefined;
  const statement = `The CPU limits of the pod hold it back in ${worst.text('throttled_share') || '0%'} of the periods at most.`;
  return quiet('CPUThrottling', statement, [worst.quote]);
}

function memoryLimit(input: RuleInput): QuietFamily | undefined {
  const groups = groupsOfTarget(input, 'memory-cgroups', 'memory_cgroup');
  const [fullest] = groups.sort((a, b) => b.number('usage_share') - a.number('usage_share'));
  if (fullest === undefined || fullest.number('usage_share') >= 85 || fullest.number('oom_kill') > 0) return undefined;
  const statement = `The pod uses ${fullest.share('usage_share')} of its memory limit, and nothing in it was killed for want of memory.`;
  return quiet('OOMKill', statement, [fullest.quote]);
}

function groupsOfTarget<R extends 'cpu_cgroup' | 'memory_cgroup'>(
  { facts, cluster }: RuleInput,
  item: 'cgroups' | 'memory-cgroups',
  record: R,
): ContextFact<R>[] {
  return facts
    .all(item, record)
    .filter((fact) => isSamePod(cluster.placeOfCgroup(fact.field('path'))?.pod, cluster.target));
}

function node({ cluster }: RuleInput): QuietFamily | undefined {
  const conditions = cluster.nodeConditions;
  const isBad = conditions.some(({ type, status }) => (type === 'Ready' ? status !== 'True' : status === 'True'));
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || isBad) return undefined;
  const others = conditions.filter((condition) => condition !== ready);
  return quiet('NodeNotReady', `Node ${ready.node} is ready and reports no pressure.`, [
    ready.quote,
    ...others.slice(0, 3).map(({ quote }) => quote),
  ]);
}

function names({ cluster }: RuleInput): QuietFamily | undefined {
  const [dns] = cluster.dnsServices;
  if (dns === undefined || dns.readyEndpoints === 0) return undefined;
  const { namespace, name, readyEndpoints } = dns;
  const statement = `The cluster's DNS service ${namespace}/${name} has ${readyEndpoints === 1 ? 'a ready endpoint' : `${readyEndpoints} ready endpoints`}.`;
  return quiet('ClusterDNSDown', statement, [dns.quote]);
}

function quiet(mechanism: string, statement: string, evidence: Quote[]): QuietFamily {
  return { mechanism, statement, evidence };
}
