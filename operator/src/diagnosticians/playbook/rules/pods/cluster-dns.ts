import { clip, runs } from '../../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../../candidate.ts';
import { ClusterView } from '../../cluster/cluster-view.ts';
import type { DNSService } from '../../cluster/cluster-objects.ts';
import { asksNameServer, readNameServer } from '../../cluster/name-server.ts';
import type { DiagnosisStep } from '../../../diagnostician.ts';

/** Symptoms of names that do not resolve. */
export const DNS_TOPICS =
  /\bdns\b|resolv|\bnames?\b|lookup|nxdomain|enotfound|eai_again|unknown host|could not find host|no such host|getaddrinfo|core-?dns|temporary failure|reach|connect|timeout|time[ds]? out/u;

/** Finds a cluster whose DNS service has nobody behind it. */
export const findClusterDNSDown: Rule = (input) =>
  input.cluster.dnsServices.filter(({ readyEndpoints }) => readyEndpoints === 0).map((dns) => toCandidate(input, dns));

function toCandidate(input: RuleInput, dns: DNSService): Candidate {
  const { namespace, name, clusterIP, notReadyEndpoints } = dns;
  const own = input.cluster.nameServers;
  // A pod that asks other name servers does not notice.
  const isAsked = own.servers.length === 0 || own.servers.includes(clusterIP);
  const component = `service ${namespace}/${name}`;
  return {
    finding: {
      mechanism: 'ClusterDNSDown',
      component,
      statement: clip(
        `The cluster's DNS service ${namespace}/${name} (${clusterIP}) has no ready endpoint${notReadyEndpoints > 0 ? `, only ${notReadyEndpoints} that are not ready` : ''}: no pod that asks it can resolve a name.`,
        1024,
      ),
      evidence: [dns.quote, ...own.quotes],
    },
    strength: 88,
    nature: 'State',
    topics: DNS_TOPICS,
    needsSymptom: !isAsked,
    explains: ['CrashLoop', 'ReadinessProbeFailing', 'LivenessProbeFailing', 'DNSServerUnreachable'],
    confirmation: {
      hypothesis: clip(`ClusterDNSDown of ${component} lasts`, 256),
      actions: [...asksNameServer(input, clusterIP), runs('cat', '/proc/loadavg')],
      judge: (step) => judge(step, dns),
    },
    plan: [
      `1. See its pods and why they are not ready: \`kubectl -n ${namespace} get deploy,pods -l k8s-app=kube-dns\`, \`kubectl -n ${namespace} get endpointslices\`, \`kubectl -n ${namespace} logs -l k8s-app=kube-dns\`.`,
      `2. If it was scaled to nothing, bring it back: \`kubectl -n ${namespace} scale deploy/coredns --replicas=2\`. If a change broke it: \`kubectl -n ${namespace} rollout undo deploy/coredns\`; its settings are in ConfigMap coredns.`,
      `3. Watch: \`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -w\` must list addresses again.`,
    ].join('\n'),
  };
}

function judge(step: DiagnosisStep, { name, namespace, clusterIP }: DNSService): Judgement {
  const answer = readNameServer(step, clusterIP);
  const now = ClusterView.ofStep(step).dnsServices.find(
    (other) => other.name === name && other.namespace === namespace,
  );
  const quotes = [...(now === undefined ? [] : [now.quote]), ...(answer?.quotes ?? [])];
  if ((now?.readyEndpoints ?? 0) > 0 || answer?.hasAnswered === true) {
    return { outcome: 'Gone', quotes, statement: 'the DNS service answers again' };
  }
  return now === undefined && answer === undefined
    ? { outcome: 'Unclear', statement: 'the DNS service could not be looked at again' }
    : { outcome: 'Confirmed', quotes };
}
