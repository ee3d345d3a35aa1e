import type { MoveAction, Quote } from '../../../../moves/move.ts';
import type { DiagnosisStep } from '../../../diagnostician.ts';
import { runsIfPresent } from '../../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { ContainerState, PodState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { describePod, setLimit, showTemplate, twiceMemory } from '../../cluster/kubectl.ts';
import { isSamePod, namePlace } from '../../cluster/pod-names.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';
import { sizeForPeople } from '../../context-facts.ts';
import type { ContextFact } from '../../context-facts.ts';
import { printFiles, readCounter } from '../../readings/counter-reading.ts';
import { quoteLine, resultsOf } from '../../readings/step-results.ts';
import { causeOfEnd } from './container-ends.ts';
import { podCandidate } from './pod-candidate.ts';

/** A kill so long ago is history unless the pod is still in trouble. */
const RECENT_SECONDS = 1800;
const TOPICS =
  /kill|\bdie[ds]?\b|dying|\b137\b|\boom\b|memory|sigkill|crash|restart|vanish|disappear|exit|terminat|\bdown\b|start|gone|fail/u;

/** Finds containers that were killed because they reached their own memory limit. */
export const findContainerOomKill: Rule = (input) =>
  groupByPod(input).flatMap((kill) => (isNews(kill) ? [toCandidate(input, kill)] : []));

/** What is known of kills in one pod, from the API server and from the node's kernel. */
interface PodKill {
  pod: PodState;
  /** The container that was killed; `undefined` where neither side tells which. */
  container: ContainerState | undefined;
  /** The kernel's newest line about a kill by a limit inside the pod. */
  kernel: ContextFact<'oom_kill'> | undefined;
  /** The group of the pod or container whose limit was hit, as it stands now. */
  group: ContextFact<'memory_cgroup'> | undefined;
}

function groupByPod(input: RuleInput): PodKill[] {
  const { cluster, facts } = input;
  const kills = facts.all('oom-kills', 'oom_kill').filter((kill) => !kill.isOwn);
  return cluster.pods.flatMap((pod) => {
    const killed = cluster.containersOf(pod).filter((container) => causeOfEnd(cluster, container) === 'OOMKilled');
    const kernel = kills.find((kill) => isSamePod(cluster.placeOfCgroup(kill.text('limit_cgroup'))?.pod, pod));
    // A kill for want of the node's memory is no fault of the pod's limit, although the API server calls it by the same name.
    const byNode = kills.some(
      (kill) =>
        kill.text('constraint') === 'CONSTRAINT_NONE' &&
        isSamePod(cluster.placeOfCgroup(kill.text('task_cgroup'))?.pod, pod),
    );
    const name = kernel === undefined ? '' : containerOf(cluster, kernel);
    const container =
      killed.find((candidate) => candidate.name === name) ??
      killed[0] ??
      cluster.containersOf(pod).find((candidate) => candidate.name === name);
    if (kernel === undefined && (container === undefined || byNode || container.memoryLimitBytes === undefined))
      return [];
    const group = facts
      .all('memory-cgroups', 'memory_cgroup')
      .filter((fact) => isSamePod(cluster.placeOfCgroup(fact.text('path'))?.pod, pod))
      .sort((a, b) => b.number('oom_kill') - a.number('oom_kill'))
      .find((fact) => fact.number('oom_kill') > 0 || fact.number('failcnt') > 0);
    return [{ pod, container, kernel, group }];
  });
}

/** The container in which the victim was, as the kernel names its group. */
function containerOf(cluster: ClusterView, kill: ContextFact<'oom_kill'>): string {
  return (
    cluster.placeOfCgroup(kill.text('task_cgroup'))?.container ??
    cluster.placeOfCgroup(kill.text('limit_cgroup'))?.container ??
    ''
  );
}

function isNews({ container, kernel }: PodKill): boolean {
  if (kernel !== undefined && kernel.number('age') <= RECENT_SECONDS) return true;
  if (container === undefined) return false;
  return container.state !== 'running' || (container.lastFinishedSecondsAgo ?? Infinity) <= RECENT_SECONDS;
}

function toCandidate(input: RuleInput, kill: PodKill): Candidate {
  const { pod, container, kernel, group } = kill;
  const place = { pod, container: container?.name ?? '' };
  const memory = input.facts.first('memory', 'memory');
  const condition = input.cluster.nodeConditions.find(({ type }) => type === 'MemoryPressure');
  const quotes = [container?.quote, kernel?.quote, group?.quote, memory?.quote, condition?.quote];
  const limitBytes = container?.memoryLimitBytes;
  return podCandidate(input, {
    mechanism: 'OOMKill',
    place,
    component: `${namePlace(place)}${kernel === undefined ? '' : ` (killed: ${kernel.text('comm')}, pid ${kernel.text('pid')})`}`,
    statement: tellKill(kill, memory),
    evidence: quotes.filter((quote) => quote !== undefined),
    strength: 92,
    nature: 'Event',
    topics: TOPICS,
    explains: ['CrashLoop', 'MemoryPressure', 'ReadinessProbeFailing', 'LivenessProbeFailing', 'DiskIOSaturation'],
    actions: actions(input, group),
    judge: (fresh, step) => judge(kill, fresh, step),
    plan: [
      `Compare the limit with what it needs: \`kubectl -n ${pod.namespace} top pod ${pod.name} --containers\`, and ${showTemplate(pod)}. The limit is \`resources.limits.memory\`${limitBytes === undefined ? '' : `, now ${sizeForPeople(limitBytes)}`}.`,
      `If it is healthy and the limit too small, raise it: ${setLimit(pod, place.container, `memory=${twiceMemory(limitBytes)}`)}.`,
      'If its memory grows without end, it leaks: a higher limit only delays the next kill. Take a heap profile and mend the code; for a managed runtime (JVM, Node, Go) see that its heap limit fits into the container.',
      `Watch: ${describePod(pod)} must no longer show \`OOMKilled\`.`,
    ],
    mayComeWithRollout: true,
  });
}

function tellKill({ pod, container, kernel, group }: PodKill, memory: ContextFact<'memory'> | undefined): string {
  const name = namePlace({ pod, container: container?.name ?? '' });
  const limit = container?.memoryLimitBytes ?? group?.maybeNumber('limit');
  const size = limit === undefined ? '' : ` of ${sizeForPeople(limit)}`;
  const when = kernel?.number('age') ?? container?.lastFinishedSecondsAgo;
  const victim = kernel === undefined ? 'it' : `${kernel.text('comm')} (pid ${kernel.text('pid')})`;
  const restarts =
    container === undefined || container.restarts === 0
      ? ''
      : ` The container was restarted ${container.restarts === 1 ? 'once' : `${container.restarts} times`}, its last run ended with exit code ${container.exitCode ?? container.lastExitCode ?? '?'}.`;
  const node =
    memory === undefined
      ? ''
      : ` The node itself has ${memory.size('available')} available: it is the container's limit, not the node's memory.`;
  return `${name} reached its memory limit${size}, and the kernel killed ${victim}${when === undefined ? '' : ` ${tellAge(when)} ago`}.${restarts}${node}`;
}

function actions(input: RuleInput, group: ContextFact<'memory_cgroup'> | undefined): MoveAction[] {
  const files =
    group?.text('version') === '2'
      ? ['memory.events', 'memory.max', 'memory.current']
      : ['memory.oom_control', 'memory.limit_in_bytes', 'memory.failcnt', 'memory.max_usage_in_bytes'];
  return [
    ...(group === undefined ? [] : [printFiles(...files.map((file) => `${group.text('path')}/${file}`))]),
    ...runsIfPresent(input, 'dmesg', '--level=emerg,alert,crit,err'),
    { tool: 'run', argv: ['cat', '/proc/meminfo'] },
  ];
}

function judge(kill: PodKill, fresh: ClusterView, step: DiagnosisStep): Judgement {
  const { container, kernel, group } = kill;
  const path = group?.text('path') ?? '';
  const counters = [
    readCounter(step, `${path}/memory.oom_control`, 'oom_kill') ??
      readCounter(step, `${path}/memory.events`, 'oom_kill'),
    readCounter(step, `${path}/memory.limit_in_bytes`, '') ?? readCounter(step, `${path}/memory.max`, ''),
    readCounter(step, `${path}/memory.failcnt`, ''),
  ].flatMap((counter) => counter?.quotes ?? []);
  const log = logOf(step, kernel);
  const memory = quoteLine(resultsOf(step, 'cat /proc/meminfo')[0], /^MemAvailable/u);
  const now = container === undefined ? undefined : fresh.sameContainer(container);
  const isStill = now !== undefined && causeOfEnd(fresh, now) === 'OOMKilled';
  const quotes = [...(isStill ? [now.quote] : []), ...log, ...counters, ...memory];
  if (isStill || log.length > 0) return { outcome: 'Confirmed', quotes };
  if (container !== undefined && now === undefined) {
    return { outcome: 'Gone', quotes, statement: `${namePlace({ pod: kill.pod, container: container.name })} is gone` };
  }
  return { outcome: 'Unclear', statement: 'neither the API server nor the kernel log tells of the kill again' };
}

/** The kernel's line about the very kill that the context told of. */
function logOf(step: DiagnosisStep, kernel: ContextFact<'oom_kill'> | undefined): Quote[] {
  const pid = kernel?.text('pid') ?? 'none';
  return quoteLine(resultsOf(step, 'dmesg').at(-1), new RegExp(`ut of memory.*Kill(?:ed)? process ${pid} `, 'u'));
}
