import type { MoveAction, Quote } from '../../../../moves/move.ts';
import { runsIfPresent } from '../../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import type { ContainerState, PodState } from '../../cluster/cluster-objects.ts';
import { lastWords, readsLog } from '../../cluster/container-log.ts';
import { editTemplate } from '../../cluster/kubectl.ts';
import { asksNameServer, readNameServer } from '../../cluster/name-server.ts';
import { isSamePod, podKey } from '../../cluster/pod-names.ts';
import { readDatagrams, showsDatagrams } from '../../readings/datagram-reading.ts';
import type { DiagnosisStep } from '../../../diagnostician.ts';
import { DNS_TOPICS } from './cluster-dns.ts';
import { podCandidate } from './pod-candidate.ts';

/** What programs write when a name does not resolve. */
const UNRESOLVED =
  /EAI_AGAIN|ENOTFOUND|getaddrinfo|no such host|name resolution|could not resolve|unknown host|i\/o timeout.*:53|lookup .* on |resolv.*(?:fail|tim)/iu;
/** So many datagrams without any answer are no chance. */
const MIN_UNANSWERED = 2;

/**
 * Finds a pod that is told to ask a name server of its own which does not answer.
 *
 * Such a setting is legitimate; it is a fault only when the server is silent or the pod's program says that names fail.
 */
export const findPodNameServerUnreachable: Rule = (input) => {
  const { target, dnsServices } = input.cluster;
  const { servers, quotes } = input.cluster.nameServers;
  const isOdd = servers.length > 0 && dnsServices.every(({ clusterIP }) => !servers.includes(clusterIP));
  if (target === undefined || !isOdd) return [];
  const [dns] = dnsServices;
  const [container] = input.cluster.containersOf(target);
  const usual = dns === undefined ? '' : ` instead of the cluster's (${dns.clusterIP})`;
  const which = `${servers.length === 1 ? 'name server' : 'name servers'} ${servers.join(', ')}`;
  return [
    toCandidate(input, {
      pod: target,
      servers,
      container,
      pid: container === undefined ? undefined : findPid(input, container),
      clusterIP: dns?.clusterIP,
      which,
      statement: `Pod ${podKey(target)} asks ${which}${usual}`,
      quotes: [...quotes, ...(dns ? [dns.quote] : []), target.quote],
    }),
  ];
};

/** What is known of the pod's way to resolve names. */
interface OwnServers {
  pod: PodState;
  servers: readonly string[];
  container: ContainerState | undefined;
  /** A process in its network namespace. */
  pid: number | undefined;
  /** The cluster's own name server. */
  clusterIP: string | undefined;
  which: string;
  statement: string;
  quotes: Quote[];
}

function toCandidate(input: RuleInput, own: OwnServers): Candidate {
  const { pod, which, statement, quotes } = own;
  const looks = actions(input, own);
  const candidate = podCandidate(input, {
    mechanism: 'DNSServerUnreachable',
    place: { pod, container: '' },
    component: `pod ${podKey(pod)} ${which}`,
    statement: `${statement}.`,
    evidence: quotes,
    strength: 80,
    // Only a second look shows that nobody answers; the setting alone is no fault.
    nature: 'Load',
    topics: DNS_TOPICS,
    explains: ['CrashLoop', 'ReadinessProbeFailing', 'LivenessProbeFailing'],
    actions: looks,
    judge: (_, step) => judge(own, step),
    plan: [
      `See what it is told to ask: \`kubectl -n ${pod.namespace} get pod ${pod.name} -o jsonpath='{.spec.dnsPolicy} {.spec.dnsConfig}'\`.`,
      `If it has no reason for a name server of its own, let it use the cluster's: remove \`dnsConfig\`, set \`dnsPolicy: ClusterFirst\`: ${editTemplate(pod)}.`,
      'If it has, name one that answers from the pod network; a firewall or a NetworkPolicy may stop port 53.',
    ],
    mayComeWithRollout: true,
  });
  // Where nobody can be asked, only a symptom of names makes the setting worth telling.
  const isAskable = asksNameServer(input, own.servers[0] ?? '').length > 0;
  return { ...candidate, needsSymptom: !isAskable };
}

/** A process of the container, so that its network namespace can be looked into. */
function findPid(input: RuleInput, { pod }: ContainerState): number | undefined {
  const { facts, cluster } = input;
  const isHere = (path: string): boolean => isSamePod(cluster.placeOfCgroup(path)?.pod, pod);
  const process = facts.first('processes', 'process', (fact) => isHere(fact.text('cgroup')));
  if (process !== undefined) return process.number('pid');
  const group = facts.first('cgroups', 'cpu_cgroup', (fact) => isHere(fact.text('path')) && fact.text('top') !== '');
  const pid = /\/(\d+)(?: |$)/u.exec(group?.text('top') ?? '')?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function actions(input: RuleInput, { servers, container, pid, clusterIP }: OwnServers): MoveAction[] {
  return [
    ...(pid === undefined ? [] : [showsDatagrams(pid)]),
    ...servers.slice(0, 1).flatMap((server) => asksNameServer(input, server)),
    ...(clusterIP === undefined ? [] : asksNameServer(input, clusterIP)),
    ...(pid === undefined ? [] : runsIfPresent(input, 'vmstat', '1', '4')),
    // One more file, for the same command twice in a step counts as going in circles.
    ...(pid === undefined ? [] : [showsDatagrams(pid, '/proc/uptime')]),
    ...(container === undefined ? [] : readsLog(input, container)),
  ];
}

/**
 * Asks three witnesses: the server itself, the counters of the pod's network, and the pod's own log.
 *
 * An answer from the server clears it. Datagrams that nobody answers are no proof alone, for not all of them need be questions.
 */
function judge({ pod, servers, pid, clusterIP, statement }: OwnServers, step: DiagnosisStep): Judgement {
  const [server = ''] = servers;
  const answer = readNameServer(step, server);
  const usual = clusterIP === undefined ? undefined : readNameServer(step, clusterIP);
  const datagrams = pid === undefined ? undefined : readDatagrams(step, pid);
  const words = lastWords(step, UNRESOLVED);
  const complains = words !== undefined && UNRESOLVED.test(words.text);
  const isUnanswered = datagrams !== undefined && datagrams.received === 0 && datagrams.sent >= MIN_UNANSWERED;
  if (answer?.hasAnswered === true && !complains) {
    return { outcome: 'Gone', quotes: answer.quotes, statement: `name server ${server} answers` };
  }
  if (answer?.hasAnswered !== false && !complains && !isUnanswered) {
    return { outcome: 'Unclear', statement: `nothing shows whether name server ${server} answers pod ${podKey(pod)}` };
  }
  const told = [
    ...(answer?.hasAnswered === false ? [`${server} did not answer when it was asked from the node`] : []),
    ...(usual?.hasAnswered === true ? [`the cluster's own, ${clusterIP ?? ''}, did`] : []),
    ...(isUnanswered ? [`the pod sent ${datagrams.sent} datagrams meanwhile and got none back`] : []),
    ...(complains ? [`its log says "${words.text}"`] : []),
  ];
  const witnesses = [answer?.hasAnswered === false, complains, isUnanswered].filter(Boolean).length;
  return {
    outcome: 'Confirmed',
    quotes: [
      ...(answer?.quotes ?? []),
      ...(usual?.quotes ?? []),
      ...(complains ? [words.quote] : []),
      ...(isUnanswered ? datagrams.quotes : []),
    ],
    statement: `${statement}: ${told.join('; ')}.`,
    ...(witnesses > 1 || complains ? {} : { doubt: 'Only one sign speaks for it.' }),
  };
}
