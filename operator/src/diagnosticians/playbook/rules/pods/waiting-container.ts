import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { ClusterEvent, ContainerState } from '../../cluster/cluster-objects.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { describePod, editTemplate } from '../../cluster/kubectl.ts';
import { nameContainer } from '../../cluster/pod-names.ts';
import { causeOfEnd, endsAgainAndAgain, lastEnd } from './container-ends.ts';
import { podCandidate } from './pod-candidate.ts';

const TOPICS =
  /start|creat|pull|image|config|command|exec|\bdown\b|pending|release|deploy|roll|fail|error|unavailable|not (?:run|work|ready|come)|crash|restart|hang|stuck/u;

/** One way in which a container fails before its program runs. */
interface StartFault {
  mechanism: string;
  is: (cluster: ClusterView, container: ContainerState) => boolean;
  /** Events that tell more. */
  events: RegExp;
  tells: (container: ContainerState) => string;
  plan: (container: ContainerState) => string[];
}

const START_FAULTS: readonly StartFault[] = [
  {
    mechanism: 'ImagePullFailure',
    is: (_, { reason }) => /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/u.test(reason),
    events: /pull|image/iu,
    tells: ({ image }) => `its image ${image} cannot be pulled`,
    plan: ({ pod, image }) => [
      `Read what the registry says: ${describePod(pod)}, under Events.`,
      `See that the image exists under that very name and tag (${image}), that the node reaches the registry, and that the pod may pull it (\`imagePullSecrets\`).`,
      `Name an image that exists: ${editTemplate(pod)}.`,
    ],
  },
  {
    mechanism: 'ContainerConfigError',
    is: (_, { reason }) => /^(?:CreateContainerConfigError|CreateContainerError)$/u.test(reason),
    events: /^Error|not found|config|key|run as|runAsNonRoot|mount/iu,
    tells: ({ reason }) => `the kubelet cannot make it from its configuration (${reason})`,
    plan: ({ pod }) => [
      `Read what is missing: ${describePod(pod)}, under Events. Often it is a ConfigMap, a Secret or a key in one that the pod names and that is not there, or an image that runs as root where that is forbidden.`,
      `Create what is missing (\`kubectl -n ${pod.namespace} get configmaps,secrets\` lists the names), or mend the name: ${editTemplate(pod)}.`,
    ],
  },
  {
    mechanism: 'ContainerStartError',
    is: (cluster, container) =>
      endsAgainAndAgain(container) &&
      causeOfEnd(cluster, container) === 'StartError' &&
      !/image/iu.test(container.reason),
    events: /fail|error|exec|no such file|permission/iu,
    tells: (container) => {
      const { reason, exitCode } = lastEnd(container);
      const how = reason === '' ? '' : ` (${reason}${exitCode === undefined ? '' : `, exit code ${exitCode}`})`;
      return `the runtime cannot start its command${how}`;
    },
    plan: ({ pod, image }) => [
      `Read the runtime's words: ${describePod(pod)}, under Events and Last State.`,
      `See that the command exists in ${image} and may be executed; \`command\` replaces the image's ENTRYPOINT, \`args\` its CMD.`,
      `Mend the command or the image: ${editTemplate(pod)}.`,
    ],
  },
];

/** Finds containers that cannot be started: no image, no configuration, no command. */
export const findWaitingContainer: Rule = (input) =>
  input.cluster.containers.flatMap((container) => {
    const fault = START_FAULTS.find(({ is }) => is(input.cluster, container));
    return fault === undefined ? [] : [toCandidate(input, container, fault)];
  });

function toCandidate(input: RuleInput, container: ContainerState, fault: StartFault): Candidate {
  const told = eventOf(input.cluster, container, fault);
  const why = told?.message ?? container.message;
  return podCandidate(input, {
    mechanism: fault.mechanism,
    place: { pod: container.pod, container: container.name },
    component: nameContainer(container),
    statement: `${nameContainer(container)} does not start: ${fault.tells(container)}.${why === '' ? '' : ` The kubelet says: "${why.slice(0, 400)}".`}`,
    evidence: [container.quote, ...(told ? [told.quote] : []), container.pod.quote],
    strength: 90,
    nature: 'State',
    topics: TOPICS,
    explains: ['CrashLoop', 'ReadinessProbeFailing'],
    actions: [],
    judge: (fresh) => judge(container, fault, fresh),
    plan: fault.plan(container),
    mayComeWithRollout: true,
  });
}

/** The newest event about the container that tells why; the bare `Error: ImagePullBackOff` tells nothing. */
function eventOf(cluster: ClusterView, container: ContainerState, fault: StartFault): ClusterEvent | undefined {
  const failures = cluster
    .eventsOf(container.pod)
    .filter(({ type, reason, message }) => type === 'Warning' && reason !== 'Unhealthy' && fault.events.test(message))
    .filter((event) => event.container === '' || event.container === container.name);
  const telling = failures.filter(({ message }) => !/^Error: \w+$|^Back-off/u.test(message));
  return telling[0] ?? failures[0];
}

function judge(container: ContainerState, fault: StartFault, fresh: ClusterView): Judgement {
  const now = fresh.sameContainer(container);
  if (now === undefined) {
    return { outcome: 'Gone', quotes: [], statement: `${nameContainer(container)} is no longer there` };
  }
  if (now.state === 'running' && now.isReady) {
    return { outcome: 'Gone', quotes: [now.quote], statement: `${nameContainer(container)} runs now` };
  }
  return fault.is(fresh, now)
    ? { outcome: 'Confirmed', quotes: [now.quote] }
    : { outcome: 'Unclear', statement: `${nameContainer(container)} was ${now.state} ${now.reason} when asked again` };
}
