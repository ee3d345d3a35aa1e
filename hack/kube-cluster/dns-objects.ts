import type { ClusterPlan } from './cluster-plan.ts';

const NAME = 'coredns';
const NAMESPACE = 'kube-system';
const LABELS = { 'k8s-app': 'kube-dns' };

/** The image that {@link dnsObjects} runs. */
export const COREDNS_IMAGE = 'localhost/coredns:1';

/**
 * Answers for the cluster's own names only. There is no `forward`: pods of this cluster reach nothing outside the
 * machine, and a name outside is better refused at once than waited for.
 */
const COREFILE = `.:53 {
  errors
  health {
    lameduck 1s
  }
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  cache 5
  loop
  reload 2s
}
`;

/** CoreDNS as a cluster's Service `kube-dns`: a List for `kubectl apply`. */
export function dnsObjects(plan: ClusterPlan): object {
  const metadata = { name: NAME, namespace: NAMESPACE };
  const role = `system:${NAME}`;
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: role },
      rules: [
        { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: COREFILE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: NAMESPACE, labels: LABELS },
      spec: {
        clusterIP: plan.dnsAddress,
        selector: LABELS,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata, labels: LABELS }, spec: deployment() },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

function deployment(): object {
  return {
    replicas: 1,
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: {
        serviceAccountName: NAME,
        dnsPolicy: 'Default',
        priorityClassName: 'system-cluster-critical',
        terminationGracePeriodSeconds: 5,
        tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
        containers: [container()],
        volumes: [{ name: 'config', configMap: { name: NAME } }],
      },
    },
  };
}

function container(): object {
  return {
    name: NAME,
    image: COREDNS_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    args: ['-conf', '/etc/coredns/Corefile'],
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    ],
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '170Mi' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
    livenessProbe: { httpGet: { path: '/health', port: 8080 }, failureThreshold: 5 },
  };
}
