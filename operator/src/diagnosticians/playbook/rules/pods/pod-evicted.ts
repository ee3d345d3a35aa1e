import type { Candidate, Rule, RuleInput } from '../../candidate.ts';
import type { ClusterEvent, PodState } from '../../cluster/cluster-objects.ts';
import { describePod, editTemplate } from '../../cluster/kubectl.ts';
import { podKey } from '../../cluster/pod-names.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';
import { podCandidate } from './pod-candidate.ts';

/** Of pods that were not asked about, only what was evicted so lately is told. */
const RECENT_SECONDS = 1800;
const TOPICS =
  /evict|gone|disappear|vanish|kill|fail|\bdown\b|restart|space|disk|storage|full|memory|terminat|\bdie[ds]?\b|missing|unavailable/u;

/** Finds pods that the kubelet evicted, and why: a limit of the pod's own, or a node that ran short. */
export const findPodEvicted: Rule = (input) =>
  input.cluster.pods
    .filter((pod) => pod.reason === 'Evicted')
    .filter((pod) => {
      const event = evictionOf(input, pod);
      return pod === input.cluster.target || (event !== undefined && event.ageSeconds <= RECENT_SECONDS);
    })
    .map((pod) => toCandidate(input, pod));

function evictionOf(input: RuleInput, pod: PodState): ClusterEvent | undefined {
  return input.cluster.eventsOf(pod).find(({ reason }) => reason === 'Evicted');
}

/** Why a pod was evicted, by the kubelet's message. */
type Cause =
  | { kind: 'Volume'; volume: string; limit: string }
  | { kind: 'EphemeralStorage' }
  | { kind: 'Node'; resource: string };

function causeOf(message: string): Cause | undefined {
  const [, volume, limit = ''] = /EmptyDir volume "([^"]+)" exceeds the limit "([^"]*)"/iu.exec(message) ?? [];
  if (volume !== undefined) return { kind: 'Volume', volume, limit };
  if (/ephemeral local storage usage exceeds|exceeded its local ephemeral storage limit/iu.test(message)) {
    return { kind: 'EphemeralStorage' };
  }
  const [, resource] = /low on resource: ([\w.-]+)/iu.exec(message) ?? [];
  return resource === undefined ? undefined : { kind: 'Node', resource };
}

function toCandidate(input: RuleInput, pod: PodState): Candidate {
  const event = evictionOf(input, pod);
  const message = event?.message ?? pod.message;
  const cause = causeOf(message);
  const volume = cause?.kind === 'Volume' ? ` volume ${cause.volume}` : '';
  const when = event === undefined ? '' : ` ${tellAge(event.ageSeconds)} ago`;
  return podCandidate(input, {
    mechanism: 'PodEvicted',
    place: { pod, container: '' },
    component: `pod ${podKey(pod)}${volume}`,
    statement: `The kubelet evicted pod ${podKey(pod)}${when}: ${tellCause(cause)}${message === '' ? '' : ` It says: "${message.slice(0, 500)}".`}`,
    evidence: [pod.quote, ...(event ? [event.quote] : [])],
    strength: 93,
    nature: 'Event',
    topics: TOPICS,
    explains: ['CrashLoop'],
    actions: [
      { tool: 'run', argv: ['df', '-B1'] },
      { tool: 'run', argv: ['cat', '/proc/meminfo'] },
    ],
    judge: (fresh) => {
      const now = fresh.samePod(pod);
      if (now === undefined) return { outcome: 'Gone', quotes: [], statement: `pod ${podKey(pod)} was deleted` };
      return { outcome: 'Confirmed', quotes: [now.quote] };
    },
    plan: planOf(pod, cause),
  });
}

function tellCause(cause: Cause | undefined): string {
  if (cause?.kind === 'Volume') {
    return `what it wrote into its emptyDir ${cause.volume} outgrew the size limit${cause.limit === '' ? '' : ` of ${cause.limit}`}.`;
  }
  if (cause?.kind === 'EphemeralStorage') {
    return 'what it wrote (its logs, its writable layer, its emptyDir volumes) outgrew its limit of ephemeral storage.';
  }
  return cause === undefined
    ? 'for the reason given.'
    : `its node was short of ${cause.resource}, and this pod was among those that used most beyond their requests.`;
}

function planOf(pod: PodState, cause: Cause | undefined): string[] {
  const read = `Read the kubelet's message: ${describePod(pod)}.`;
  if (cause?.kind === 'Node') {
    return [
      read,
      `See who uses the node's ${cause.resource}: \`kubectl describe node ${pod.node}\`, \`kubectl top pod -A --sort-by=memory\`; on disk \`du\` below /var/lib/kubelet, /var/log/pods and the runtime's folder.`,
      `Give the pod a request that covers what it uses (\`resources.requests\`), so that others go first: ${editTemplate(pod)}.`,
      'Free or add what the node lacks, else it evicts again.',
    ];
  }
  return [
    read,
    'See what it writes and whether it cleans up after itself.',
    cause?.kind === 'Volume'
      ? `If it needs the room, raise \`sizeLimit\` of volume ${cause.volume}, or use a PersistentVolumeClaim: ${editTemplate(pod)}.`
      : `If it needs the room, raise \`resources.limits.ephemeral-storage\`, or use a volume: ${editTemplate(pod)}.`,
    `An evicted pod stays as it is; its owner makes a new one. Remove it with \`kubectl -n ${pod.namespace} delete pod ${pod.name}\` once it has been read.`,
  ];
}
