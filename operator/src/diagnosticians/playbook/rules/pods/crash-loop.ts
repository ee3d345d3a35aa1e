import type { DiagnosisStep } from '../../../diagnostician.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { ContainerState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { lastWords, readsLog } from '../../cluster/container-log.ts';
import { describePod, editTemplate } from '../../cluster/kubectl.ts';
import { nameContainer } from '../../cluster/pod-names.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';
import { causeOfEnd, endsAgainAndAgain, lastEnd, meaningOf } from './container-ends.ts';
import { podCandidate } from './pod-candidate.ts';

/** Words of those whose program does not stay up. */
export const CRASH_TOPICS =
  /crash|restart|\bdie[ds]?\b|dying|\bdown\b|start|exit|loop|back-?off|fail|flap|unavailable|not (?:run|work|ready)|gone|\b137\b|error/u;

/** Finds containers whose program ends by itself again and again. */
export const findPodCrashLoop: Rule = (input) =>
  input.cluster.containers
    .filter((container) => endsAgainAndAgain(container) && causeOfEnd(input.cluster, container) === 'Program')
    .map((container) => toCandidate(input, container));

function toCandidate(input: RuleInput, container: ContainerState): Candidate {
  const { pod } = container;
  const backOff = input.cluster.eventsOf(pod).find(({ reason }) => reason === 'BackOff');
  return podCandidate(input, {
    mechanism: 'CrashLoop',
    place: { pod, container: container.name },
    component: nameContainer(container),
    statement: tellEnds(container),
    evidence: [container.quote, ...(backOff ? [backOff.quote] : []), pod.quote],
    strength: container.state === 'running' ? 78 : 86,
    nature: 'Event',
    topics: CRASH_TOPICS,
    explains: ['ReadinessProbeFailing'],
    actions: readsLog(input, container),
    judge: (fresh, step) => judge(container, fresh, step),
    plan: [
      `Read why it ends: \`kubectl -n ${pod.namespace} logs ${pod.name} -c ${container.name} --previous\`, and ${describePod(pod)}.`,
      `Mend what it complains about (a setting, a file, a service it needs, its command). Where the template is wrong: ${editTemplate(pod)}.`,
      `Watch that it stays up: \`kubectl -n ${pod.namespace} get pod ${pod.name} -w\`; RESTARTS must no longer grow.`,
    ],
    mayComeWithRollout: true,
  });
}

/** `Container app of pod shop/web-1 ended 5 times, the last time 12 s ago with exit code 3 (…)`. */
function tellEnds(container: ContainerState): string {
  const { exitCode, reason } = lastEnd(container);
  const { lastFinishedSecondsAgo: ago, restarts } = container;
  const when = ago === undefined ? '' : ` ${tellAge(ago)} ago`;
  const word = reason === '' || reason === 'Error' ? '' : `, reason ${reason}`;
  const waits = container.reason === 'CrashLoopBackOff' ? ' The kubelet waits before it starts it again.' : '';
  return `The program of ${nameContainer(container)} ends again and again: it was restarted ${restarts === 1 ? 'once' : `${restarts} times`}, and its last run ended${when} with exit code ${exitCode ?? '?'}${word} (${meaningOf(exitCode)}).${waits}`;
}

function judge(container: ContainerState, fresh: ClusterView, step: DiagnosisStep): Judgement {
  const now = fresh.sameContainer(container);
  const words = lastWords(step);
  const quotes = words === undefined ? [] : [words.quote];
  if (now === undefined) {
    return { outcome: 'Gone', quotes, statement: `${nameContainer(container)} is no longer there` };
  }
  const isCertain = now.state !== 'running' || now.restarts > container.restarts;
  return {
    outcome: 'Confirmed',
    quotes: [now.quote, ...quotes],
    statement: `${tellEnds(now)}${words === undefined ? '' : ` Its log ends with: "${words.text}".`}`,
    // It may run for a while before it ends again, and it may just have been mended.
    ...(isCertain ? {} : { doubt: 'It was running in both looks; its next end had not come yet.' }),
  };
}
