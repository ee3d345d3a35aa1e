import type { KubeClient } from '@nannyapi/runtime';
import { vi } from 'vitest';

/** The one node. */
export const NODE = 'node1';

/** What was built. */
export interface BuiltCluster {
  /** A pod that loops and was killed for want of memory, in the second revision of its Deployment. */
  loop: { namespace: string; name: string; uid: string };
  /** Texts that stand in the objects and must never be told. */
  secrets: string[];
  /** A token of somebody who may do nothing. */
  powerlessToken: string;
}

type Json = Record<string, unknown>;

const SECRETS = ['hunter2-old', 'hunter2-new', '--token=sesame', 'last words with a key', 'db-credentials'];

/** Writes a node, a Deployment with two revisions, a pod in trouble and their status, as controllers and kubelet would. */
export async function buildCluster(client: KubeClient, crds: readonly unknown[]): Promise<BuiltCluster> {
  for (const crd of crds) {
    await client.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  }
  await vi.waitFor(() => client.raw('GET', '/apis/nannyai.dev/v1alpha1/agenttasks'), { timeout: 30_000 });
  await client.raw('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  await vi.waitFor(() => client.raw('GET', '/api/v1/namespaces/shop/serviceaccounts/default'), { timeout: 30_000 });
  await buildNode(client);
  await buildDns(client);
  const loop = await buildDeployment(client);
  const token = (await client.raw('POST', '/api/v1/namespaces/shop/serviceaccounts/default/token', {
    spec: { expirationSeconds: 600 },
  })) as { status: { token: string } };
  return { loop, secrets: SECRETS, powerlessToken: token.status.token };
}

async function buildNode(client: KubeClient): Promise<void> {
  await client.raw('POST', '/api/v1/nodes', { metadata: { name: NODE } });
  const amounts = { cpu: '2', memory: '4Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  const condition = (type: string, status: string) => ({ type, status, reason: `Kubelet${type}`, message: 'as it is' });
  await patchStatus(client, `/api/v1/nodes/${NODE}`, {
    capacity: amounts,
    allocatable: amounts,
    conditions: [condition('Ready', 'True'), condition('DiskPressure', 'True')],
  });
  await client.raw('POST', '/api/v1/namespaces/default/events', event('NodeNotReady', { kind: 'Node', name: NODE }));
}

async function buildDns(client: KubeClient): Promise<void> {
  const metadata = { name: 'kube-dns', namespace: 'kube-system' };
  await client.raw('POST', '/api/v1/namespaces/kube-system/services', { metadata, spec: { ports: [{ port: 53 }] } });
  await client.raw('POST', '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', {
    metadata: { name: 'kube-dns-1', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.2'], conditions: { ready: false } }],
    ports: [],
  });
}

function templateOf(revision: 1 | 2): Json {
  return {
    nodeName: NODE,
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['192.0.2.1'] },
    containers: [
      {
        name: 'web',
        image: `shop:${revision}`,
        command: revision === 1 ? ['/shop'] : ['/shop', '--token=sesame'],
        env: [{ name: 'PASSWORD', value: revision === 1 ? 'hunter2-old' : 'hunter2-new' }],
        resources: {
          requests: { cpu: '100m', memory: '32Mi' },
          limits: { cpu: '250m', memory: revision === 1 ? '128Mi' : '64Mi' },
        },
        livenessProbe: { tcpSocket: { port: 80 } },
        volumeMounts: [
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'keys', mountPath: '/keys' },
        ],
      },
    ],
    volumes: [
      { name: 'scratch', emptyDir: { sizeLimit: '32Mi' } },
      { name: 'keys', secret: { secretName: 'db-credentials' } },
    ],
  };
}

async function buildDeployment(client: KubeClient): Promise<BuiltCluster['loop']> {
  const labels = { app: 'loop' };
  const at = '/apis/apps/v1/namespaces/shop';
  const template = (revision: 1 | 2) => ({ metadata: { labels }, spec: templateOf(revision) });
  const revised = (revision: number) => ({ 'deployment.kubernetes.io/revision': String(revision) });
  const deployment = await create(client, `${at}/deployments`, {
    metadata: { name: 'loop', annotations: revised(2) },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: template(2) },
  });
  let newest: Created | undefined;
  for (const revision of [1, 2] as const) {
    newest = await create(client, `${at}/replicasets`, {
      metadata: {
        name: `loop-${revision}`,
        labels,
        annotations: revised(revision),
        ownerReferences: [ownedBy('Deployment', deployment)],
      },
      spec: { replicas: revision - 1, selector: { matchLabels: labels }, template: template(revision) },
    });
  }
  if (!newest) throw new Error('no revision');
  const pod = await create(client, '/api/v1/namespaces/shop/pods', {
    metadata: { name: 'loop-2-x', labels, ownerReferences: [ownedBy('ReplicaSet', newest)] },
    spec: templateOf(2),
  });
  await patchStatus(client, '/api/v1/namespaces/shop/pods/loop-2-x', podStatus());
  const about = {
    kind: 'Pod',
    namespace: 'shop',
    name: 'loop-2-x',
    uid: pod.metadata.uid,
    fieldPath: 'spec.containers{web}',
  };
  await client.raw('POST', '/api/v1/namespaces/shop/events', event('BackOff', about));
  return { namespace: 'shop', name: 'loop-2-x', uid: pod.metadata.uid };
}

function podStatus(): Json {
  return {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers not ready: [web]' },
    ],
    containerStatuses: [
      {
        name: 'web',
        ready: false,
        restartCount: 7,
        image: 'shop:2',
        imageID: '',
        containerID: `containerd://${'a'.repeat(64)}`,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
        lastState: {
          terminated: {
            exitCode: 137,
            reason: 'OOMKilled',
            message: 'last words with a key',
            startedAt: '2026-01-01T00:00:00Z',
            finishedAt: '2026-01-01T00:00:04Z',
          },
        },
      },
    ],
  };
}

interface Created {
  metadata: { name: string; uid: string };
}

async function create(client: KubeClient, path: string, object: Json): Promise<Created> {
  return (await client.raw('POST', path, object)) as Created;
}

async function patchStatus(client: KubeClient, path: string, status: Json): Promise<void> {
  const object = (await client.raw('GET', path)) as Json;
  await client.raw('PUT', `${path}/status`, { ...object, status });
}

function ownedBy(kind: string, { metadata }: Created): Json {
  return { apiVersion: 'apps/v1', kind, name: metadata.name, uid: metadata.uid, controller: true };
}

function event(reason: string, involvedObject: Json): Json {
  return {
    metadata: { name: `event-${reason.toLowerCase()}` },
    involvedObject,
    type: 'Warning',
    reason,
    count: 12,
    message: `${reason} was seen`,
    source: { component: 'kubelet' },
    lastTimestamp: new Date().toISOString(),
  };
}
