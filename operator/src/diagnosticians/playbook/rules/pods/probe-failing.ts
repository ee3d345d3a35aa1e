import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { ClusterEvent, ContainerState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { lastWords, readsLog } from '../../cluster/container-log.ts';
import { describePod, editTemplate } from '../../cluster/kubectl.ts';
import { nameContainer } from '../../cluster/pod-names.ts';
import { tellAge } from '../../cluster/recent-rollout.ts';
import { causeOfEnd, endsAgainAndAgain, livenessKills } from './container-ends.ts';
import { CRASH_TOPICS } from './crash-loop.ts';
import { podCandidate } from './pod-candidate.ts';

/** The kubelet tells of a failing probe again at least every few minutes. */
const RECENT_SECONDS = 600;
/** A container is given so long to become ready before that is a fault. */
const STARTING_SECONDS = 20;
const READY_TOPICS = /ready|traffic|endpoint|unavailable|503|probe|health|reach|\bdown\b|answer|respond|fail|start/u;

/** Finds containers that the kubelet ends or keeps out of service because a probe fails. */
export const findProbeFailing: Rule = (input) => [...killed(input), ...neverReady(input)];

function killed(input: RuleInput): Candidate[] {
  return input.cluster.containers
    .filter((container) => endsAgainAndAgain(container) && causeOfEnd(input.cluster, container) === 'LivenessProbe')
    .map((container) => {
      const [kill] = livenessKills(input.cluster, container);
      const failure = probeFailure(input.cluster, container, /^(?:Liveness|Startup) probe/u);
      const isStartup = /startup/iu.test(kill?.message ?? '');
      return toCandidate(input, container, {
        mechanism: isStartup ? 'StartupProbeFailing' : 'LivenessProbeFailing',
        failure,
        statement: `The kubelet restarts ${nameContainer(container)} because its ${isStartup ? 'startup' : 'liveness'} probe fails: ${container.restarts} restarts so far. Its program did not end by itself.`,
        events: [kill, failure],
        strength: 88,
        topics: new RegExp(`${CRASH_TOPICS.source}|probe|health`, 'u'),
      });
    });
}

function neverReady(input: RuleInput): Candidate[] {
  return input.cluster.containers
    .filter(
      ({ pod, state, isReady, ageSeconds }) =>
        state === 'running' && !isReady && pod.phase === 'Running' && ageSeconds >= STARTING_SECONDS,
    )
    .flatMap((container) => {
      const failure = probeFailure(input.cluster, container, /^Readiness probe/u);
      if (failure === undefined) return [];
      return [
        toCandidate(input, container, {
          mechanism: 'ReadinessProbeFailing',
          failure,
          statement: `${nameContainer(container)} runs, but its readiness probe fails, so Services send it no traffic.`,
          events: [failure],
          strength: 84,
          topics: READY_TOPICS,
        }),
      ];
    });
}

/** The newest event of a failing probe of the container. */
function probeFailure(cluster: ClusterView, container: ContainerState, which: RegExp): ClusterEvent | undefined {
  return cluster
    .eventsOf(container.pod)
    .find(
      (event) =>
        event.reason === 'Unhealthy' &&
        which.test(event.message) &&
        event.ageSeconds <= RECENT_SECONDS &&
        (event.container === '' || event.container === container.name),
    );
}

interface ProbeSeen {
  mechanism: 'StartupProbeFailing' | 'LivenessProbeFailing' | 'ReadinessProbeFailing';
  failure: ClusterEvent | undefined;
  statement: string;
  events: readonly (ClusterEvent | undefined)[];
  strength: number;
  topics: RegExp;
}

function toCandidate(input: RuleInput, container: ContainerState, seen: ProbeSeen): Candidate {
  const { pod } = container;
  const { failure } = seen;
  const told =
    failure === undefined
      ? ''
      : ` The kubelet says: "${failure.message.slice(0, 300)}" (${failure.count} times, last ${tellAge(failure.ageSeconds)} ago).`;
  return podCandidate(input, {
    mechanism: seen.mechanism,
    place: { pod, container: container.name },
    component: nameContainer(container),
    statement: `${seen.statement}${told}`,
    evidence: [
      container.quote,
      ...seen.events.flatMap((event) => (event === undefined ? [] : [event.quote])),
      pod.quote,
    ],
    strength: seen.strength,
    nature: 'State',
    topics: seen.topics,
    explains: seen.mechanism === 'ReadinessProbeFailing' ? [] : ['CrashLoop', 'ReadinessProbeFailing'],
    actions: readsLog(input, container),
    judge: (fresh, step) => {
      const judgement = judge(container, seen, fresh);
      const words = lastWords(step);
      return judgement.outcome === 'Confirmed' && words !== undefined
        ? { ...judgement, quotes: [...judgement.quotes, words.quote] }
        : judgement;
    },
    plan: [
      `See what the probe asks and what it is told: ${describePod(pod)}, under Containers and Events.`,
      'Ask the same from the node or from another pod (`curl http://POD-IP:PORT/PATH`). If nothing listens there, the program is not up or listens elsewhere: its log tells. If it answers too late, it lacks CPU or waits for something else.',
      `If the probe is wrong (port, path, too short a timeout, no time to start), mend it: ${editTemplate(pod)}. A slow start wants a \`startupProbe\`.`,
    ],
    mayComeWithRollout: true,
  });
}

function judge(container: ContainerState, { mechanism }: ProbeSeen, fresh: ClusterView): Judgement {
  const now = fresh.sameContainer(container);
  if (now === undefined) {
    return { outcome: 'Gone', quotes: [], statement: `${nameContainer(container)} is no longer there` };
  }
  if (now.isReady && mechanism === 'ReadinessProbeFailing') {
    return { outcome: 'Gone', quotes: [now.quote], statement: `${nameContainer(container)} is ready now` };
  }
  const event =
    mechanism === 'ReadinessProbeFailing'
      ? probeFailure(fresh, now, /^Readiness probe/u)
      : livenessKills(fresh, now)[0];
  if (event === undefined) {
    return {
      outcome: 'Unclear',
      statement: `no event tells of a failing probe of ${nameContainer(container)} any more`,
    };
  }
  return { outcome: 'Confirmed', quotes: [now.quote, event.quote] };
}
