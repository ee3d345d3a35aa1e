import type { Candidate, Rule, RuleInput } from '../../candidate.ts';
import type { PodState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { describePod, editTemplate } from '../../cluster/kubectl.ts';
import { podKey } from '../../cluster/pod-names.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';
import { podCandidate } from './pod-candidate.ts';

const TOPICS = /pending|schedul|start|node|place|wait|stuck|run|\bdown\b|unavailable|fail|not/u;

/** Finds a pod for which the scheduler finds no node. */
export const findPodUnschedulable: Rule = (input) =>
  input.cluster.pods
    .filter((pod) => pod.phase === 'Pending' && pod.node === '')
    .flatMap((pod) => {
      const refusal = refusalOf(input.cluster, pod);
      return refusal === undefined ? [] : [toCandidate(input, pod, refusal)];
    });

/** The scheduler's words: on the pod itself, which is certain, or in an event. */
function refusalOf(cluster: ClusterView, pod: PodState): { message: string; quote: PodState['quote'] } | undefined {
  return (
    cluster.conditionsOf(pod).find(({ reason }) => reason === 'Unschedulable') ??
    cluster.eventsOf(pod).find(({ reason }) => reason === 'FailedScheduling')
  );
}

function toCandidate(
  input: RuleInput,
  pod: PodState,
  refusal: { message: string; quote: PodState['quote'] },
): Candidate {
  const why = refusal.message === '' ? '' : ` The scheduler says: "${refusal.message.slice(0, 500)}".`;
  return podCandidate(input, {
    mechanism: 'PodUnschedulable',
    place: { pod, container: '' },
    component: `pod ${podKey(pod)}`,
    statement: `No node takes pod ${podKey(pod)}; it has been pending for ${tellAge(pod.ageSeconds)}.${why}`,
    evidence: [pod.quote, refusal.quote],
    strength: 94,
    nature: 'State',
    topics: TOPICS,
    actions: [],
    judge: (fresh) => {
      const now = fresh.samePod(pod);
      if (now === undefined) return { outcome: 'Gone', quotes: [], statement: `pod ${podKey(pod)} is gone` };
      return now.node === ''
        ? { outcome: 'Confirmed', quotes: [now.quote] }
        : { outcome: 'Gone', quotes: [now.quote], statement: `pod ${podKey(pod)} was given node ${now.node}` };
    },
    plan: [
      `Read what each node lacks: ${describePod(pod)}, under Events; what nodes have left: \`kubectl describe nodes\`, under Allocated resources.`,
      `If it asks for more than it needs (\`resources.requests\`), or for a node that is not there (\`nodeSelector\`, affinity, tolerations), mend it: ${editTemplate(pod)}.`,
      'If it needs all of it, make room: more or larger nodes, or fewer other pods. A volume that waits for its claim: `kubectl get pvc`.',
    ],
    mayComeWithRollout: true,
  });
}
