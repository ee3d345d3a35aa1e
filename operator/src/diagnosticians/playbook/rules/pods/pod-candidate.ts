import type { MoveAction, Quote } from '../../../../moves/move.ts';
import type { DiagnosisStep } from '../../../diagnostician.ts';
import { clip, runs } from '../../candidate.ts';
import type { Candidate, Judgement, RuleInput } from '../../candidate.ts';
import { ClusterView } from '../../cluster/cluster-view.ts';
import { isSamePod } from '../../cluster/pod-names.ts';
import type { Place } from '../../cluster/pod-names.ts';
import { tellRollout } from '../../cluster/recent-rollout.ts';

/** A fault that the API server tells of; the rest of a candidate follows from it. */
export interface PodFaultSeen {
  mechanism: string;
  place: Place;
  /** Names what is at fault; it starts with the pod. */
  component: string;
  statement: string;
  evidence: readonly Quote[];
  strength: number;
  nature: Candidate['nature'];
  topics: RegExp;
  explains?: readonly string[];
  /** What to look at on the host meanwhile; the API is asked again with every step. */
  actions: readonly MoveAction[];
  /** Says whether it is still so, by what the API server told with the confirming step. */
  judge(fresh: ClusterView, step: DiagnosisStep): Judgement;
  plan: readonly string[];
  /** True for what a new revision of the pod's template may have brought. */
  mayComeWithRollout?: boolean;
}

/**
 * Makes a candidate of a fault of a pod.
 *
 * Beside the pod that was asked about it is a verdict by itself; of any other pod on the node it is one only when the
 * symptom speaks of it, for nodes hold pods that fail and harm nobody else.
 */
export function podCandidate(input: RuleInput, seen: PodFaultSeen): Candidate {
  const { mechanism, place, component } = seen;
  const rollout = seen.mayComeWithRollout === true ? tellRollout(input.cluster, place.pod) : undefined;
  return {
    finding: {
      mechanism,
      component: clip(component, 256),
      statement: clip(`${seen.statement}${rollout === undefined ? '' : ` ${rollout.statement}`}`, 1024),
      evidence: [...seen.evidence.slice(0, 6), ...(rollout?.quotes ?? [])],
    },
    strength: seen.strength,
    nature: seen.nature,
    topics: seen.topics,
    needsSymptom: !isSamePod(place.pod, input.cluster.target),
    explains: seen.explains ?? [],
    place,
    confirmation: {
      hypothesis: clip(`${mechanism} of ${component} lasts`, 256),
      // A step needs an action even when only the API server is to be asked again.
      actions: seen.actions.length === 0 ? [runs('cat', '/proc/loadavg')] : seen.actions.slice(0, 8),
      judge: (step) => judge(seen, step, rollout?.statement),
    },
    plan: [...seen.plan, ...(rollout === undefined ? [] : [rollout.plan])]
      .map((line, index) => `${index + 1}. ${line}`)
      .join('\n'),
  };
}

function judge(seen: PodFaultSeen, step: DiagnosisStep, rollout: string | undefined): Judgement {
  const fresh = ClusterView.ofStep(step);
  if (fresh.isEmpty) return { outcome: 'Unclear', statement: 'the API server was not asked again' };
  const judgement = seen.judge(fresh, step);
  if (judgement.outcome !== 'Confirmed' || judgement.statement === undefined || rollout === undefined) return judgement;
  return { ...judgement, statement: `${judgement.statement} ${rollout}` };
}
