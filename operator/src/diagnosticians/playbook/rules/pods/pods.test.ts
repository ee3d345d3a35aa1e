import { factLine } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { CONTAINER_ID, containerLine, eventLine, POD_CGROUP, POD_UID, podLine, verdictOf } from './pod-case.ts';
import type { PodCase } from './pod-case.ts';

const LOG = 'tail -n 30 /var/log/pods/';
const crashed = { state: 'waiting', reason: 'CrashLoopBackOff', ready: false, restarts: 5, last_finished_ago: '12s' };
const cpuPath = `/sys/fs/cgroup/cpu/${POD_CGROUP}/${CONTAINER_ID}`;
const memoryPath = `/sys/fs/cgroup/memory/${POD_CGROUP}`;
const mount = `/var/lib/kubelet/pods/${POD_UID}/volumes/kubernetes.io~empty-dir/scratch`;
const throttledGroup = factLine('cpu_cgroup', {
  path: cpuPath,
  version: 1,
  quota: '10000us',
  period: '100000us',
  limit_cores: 0.1,
  sample_nr_periods: 20,
  sample_nr_throttled: 19,
  throttled_share: '95%',
  top: 'node/77',
});
const volume = factLine('pod_volume', {
  namespace: 'shop',
  pod: 'web-1',
  volume: 'scratch',
  kind: 'emptyDir',
  medium: 'memory',
  size_limit: '16777216B',
  path: mount,
  mounted_at: 'app:/scratch',
});
const ownServer = factLine('pod_dns', { namespace: 'shop', pod: 'web-1', policy: 'None', nameservers: '10.96.255.53' });
const pod = (...lines: string[]): PodCase['items'] => ({ pod: [podLine(), ...lines] });

const FAULTS: [string, PodCase, { mechanism: string; component: RegExp; statement?: RegExp; confidence?: RegExp }][] = [
  [
    'a program that ends by itself, with its last words',
    {
      items: { ...pod(containerLine({ ...crashed, last_reason: 'Error', last_exit_code: 3 })) },
      outputs: { [LOG]: '2026-01-01T00:00:00.0Z stderr F web: cannot read /etc/rates.json\n' },
    },
    {
      mechanism: 'CrashLoop',
      component: /^pod shop\/web-1 container app$/u,
      statement: /restarted 5 times.*exit code 3.*Its log ends with: "web: cannot read \/etc\/rates.json"/u,
      confidence: /High/u,
    },
  ],
  [
    'a container killed by its own memory limit, as the API server tells',
    {
      items: pod(
        containerLine({ ...crashed, last_reason: 'OOMKilled', last_exit_code: 137, memory_limit: '67108864B' }),
      ),
    },
    {
      mechanism: 'OOMKill',
      component: /^pod shop\/web-1 container app$/u,
      statement: /limit of 64 MB.*not the node's/u,
    },
  ],
  [
    'a kill by the limit that only the kernel tells of',
    {
      items: {
        ...pod(containerLine({ memory_limit: '67108864B' })),
        'oom-kills': [
          factLine('oom_kill', {
            age: '9s',
            pid: 99,
            comm: 'node',
            constraint: 'CONSTRAINT_MEMCG',
            limit_cgroup: memoryPath,
            task_cgroup: `/${POD_CGROUP}/${CONTAINER_ID}`,
          }),
        ],
      },
      outputs: { dmesg: '[1.0] Memory cgroup out of memory: Killed process 99 (node) total-vm:1kB\n' },
    },
    { mechanism: 'OOMKill', component: /container app \(killed: node, pid 99\)$/u, confidence: /High/u },
  ],
  [
    'a CPU limit, by kubectl and not by files',
    {
      prompt: 'The web shop is slow.',
      items: { ...pod(containerLine({ cpu_limit: '0.1' })), cgroups: [throttledGroup] },
      outputs: {
        [`grep -H . ${cpuPath}/cpu.stat ${cpuPath}/cpu.cfs_quota_us`]: `${cpuPath}/cpu.stat:nr_periods 140\n${cpuPath}/cpu.stat:nr_throttled 128\n`,
        [`grep -H . ${cpuPath}/cpu.stat`]: `${cpuPath}/cpu.stat:nr_periods 100\n${cpuPath}/cpu.stat:nr_throttled 90\n`,
      },
    },
    { mechanism: 'CPUThrottling', component: /^pod shop\/web-1 container app$/ },
  ],
  [
    'a full emptyDir in memory, though its path may not be named',
    {
      items: {
        ...pod(containerLine(), volume),
        filesystems: [
          factLine('filesystem', {
            mount,
            type: 'tmpfs',
            device: 'tmpfs',
            access: 'rw',
            size: '16777216B',
            used: '16777216B',
            avail: '0B',
            use: '100%',
          }),
        ],
        'memory-cgroups': [
          factLine('memory_cgroup', { path: memoryPath, version: 1, limit: '268435456B', usage: '9B' }),
        ],
      },
      outputs: { [`grep -H . ${memoryPath}/memory.stat`]: `${memoryPath}/memory.stat:total_shmem 16777216\n` },
    },
    {
      mechanism: 'FilesystemFull',
      component: /^pod shop\/web-1 volume scratch /u,
      statement: /emptyDir of medium memory/u,
    },
  ],
  [
    'a name server of its own that is silent',
    {
      prompt: 'Orders cannot be placed: name resolution fails.',
      items: pod(containerLine(), ownServer),
      outputs: {
        'dig +time=2 +tries=1 @10.96.255.53': ';; communications error to 10.96.255.53#53: timed out\n',
        'dig +time=2 +tries=1 @10.96.0.10': ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n',
        [LOG]: '2026-01-01T00:00:00.0Z stderr F getaddrinfo EAI_AGAIN payments\n',
      },
    },
    {
      mechanism: 'DNSServerUnreachable',
      component: /name server 10\.96\.255\.53$/u,
      statement: /did not answer/u,
      confidence: /High/u,
    },
  ],
  [
    'a cluster DNS without endpoints, before the crash it causes',
    {
      items: {
        ...pod(containerLine({ ...crashed, last_exit_code: 1 })),
        'cluster-dns': [
          factLine('dns_service', {
            namespace: 'kube-system',
            name: 'kube-dns',
            cluster_ip: '10.96.0.10',
            ready_endpoints: 0,
            not_ready_endpoints: 0,
          }),
        ],
      },
      prompt: 'The shop cannot resolve names.',
    },
    { mechanism: 'ClusterDNSDown', component: /^service kube-system\/kube-dns$/u },
  ],
  [
    'an image that cannot be pulled',
    {
      items: {
        ...pod(containerLine({ state: 'waiting', reason: 'ImagePullBackOff', ready: false })),
        events: [eventLine({ reason: 'Failed', message: 'Failed to pull image "shop:2": not found' })],
      },
    },
    { mechanism: 'ImagePullFailure', component: /container app$/u, statement: /Failed to pull image/u },
  ],
  [
    'a configuration that is not there',
    {
      items: pod(
        containerLine({
          state: 'waiting',
          reason: 'CreateContainerConfigError',
          ready: false,
          message: 'configmap "x" not found',
        }),
      ),
    },
    { mechanism: 'ContainerConfigError', component: /container app$/u, statement: /configmap "x" not found/u },
  ],
  [
    'a command that is not in the image',
    { items: pod(containerLine({ ...crashed, last_reason: 'StartError', last_exit_code: 128 })) },
    { mechanism: 'ContainerStartError', component: /container app$/u, statement: /StartError, exit code 128/u },
  ],
  [
    'a liveness probe that kills',
    {
      items: {
        ...pod(containerLine({ ...crashed, last_reason: 'Completed', last_exit_code: 0 })),
        events: [
          eventLine({
            type: 'Normal',
            reason: 'Killing',
            message: 'Container app failed liveness probe, will be restarted',
          }),
        ],
      },
    },
    { mechanism: 'LivenessProbeFailing', component: /container app$/u },
  ],
  [
    'a readiness probe that fails',
    {
      items: {
        ...pod(containerLine({ ready: false })),
        events: [eventLine({ reason: 'Unhealthy', message: 'Readiness probe failed: connection refused' })],
      },
    },
    { mechanism: 'ReadinessProbeFailing', component: /container app$/u, statement: /connection refused/u },
  ],
  [
    'an eviction for a volume over its limit',
    {
      items: {
        pod: [
          podLine({
            phase: 'Failed',
            reason: 'Evicted',
            message: 'Usage of EmptyDir volume "cache" exceeds the limit "16Mi". ',
          }),
        ],
      },
    },
    {
      mechanism: 'PodEvicted',
      component: /^pod shop\/web-1 volume cache$/u,
      statement: /outgrew the size limit of 16Mi/u,
    },
  ],
  [
    'a pod that no node takes',
    {
      items: {
        pod: [
          podLine({ phase: 'Pending', node: '' }),
          factLine('pod_condition', {
            namespace: 'shop',
            pod: 'web-1',
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/2 nodes are available: 2 Insufficient cpu.',
          }),
        ],
      },
    },
    { mechanism: 'PodUnschedulable', component: /^pod shop\/web-1$/u, statement: /Insufficient cpu/u },
  ],
];

describe('the playbook finds in a pod', () => {
  it.each(FAULTS)('%s', (_, given, { mechanism, component, statement = /./u, confidence = /High|Medium/u }) => {
    const verdict = verdictOf(given);
    expect(verdict, JSON.stringify(verdict, null, 1)).toMatchObject({
      verdict: 'RootCauseFound',
      rootCause: { mechanism },
    });
    expect(verdict.rootCause?.component).toMatch(component);
    expect(verdict.rootCause?.statement).toMatch(statement);
    expect(verdict.confidence).toMatch(confidence);
    expect(verdict.plan).toContain('kubectl');
    expect(verdict.plan).not.toMatch(/echo \d+ >/u);
  });

  it('the release that brought the fault, as support and with the way back', () => {
    const rollout = factLine('rollout', {
      namespace: 'shop',
      kind: 'ReplicaSet',
      name: 'web-5d4f',
      revision: 4,
      age: '300s',
      current: true,
      changed: 'image of web: shop:1 -> shop:2',
    });
    const verdict = verdictOf({
      items: { ...pod(containerLine({ ...crashed, last_exit_code: 1 })), rollout: [rollout] },
    });
    expect(verdict.rootCause?.mechanism).toBe('CrashLoop');
    expect(verdict.rootCause?.statement).toContain('revision 4 of deployment/web');
    expect(verdict.rootCause?.statement).toContain('shop:1 -> shop:2');
    expect(verdict.plan).toContain('kubectl -n shop rollout undo deployment/web');
    expect(verdict.evidence?.map(({ quote }) => quote)).toContain(rollout);
  });
});

describe('a healthy pod', () => {
  const healthy = { pod: [podLine({ ready: '1/1' }), containerLine()] };

  it('is told to be healthy, with its own lines', () => {
    const verdict = verdictOf({ items: healthy });
    expect(verdict.verdict).toBe('NoFaultFound');
    expect(verdict.plan).toContain('Nothing is wrong with pod shop/web-1');
    expect(verdict.evidence?.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['s0-pod', 's0-node', 's0-cluster-dns']),
    );
  });

  it('is not blamed for a neighbour, which is only a remark', () => {
    const neighbour = [
      factLine('pod', { namespace: 'bank', name: 'ledger-1', uid: 'f'.repeat(36), phase: 'Running', node: 'node1' }),
      factLine('container', {
        namespace: 'bank',
        pod: 'ledger-1',
        container: 'db',
        ...crashed,
        last_exit_code: 1,
      }),
    ];
    const verdict = verdictOf({ prompt: 'The shop crashes and restarts.', items: { ...healthy, pods: neighbour } });
    expect(verdict.verdict).toBe('NoFaultFound');
    expect(verdict.plan).toContain('pod bank/ledger-1 container db');
  });

  it('may ask a name server of its own that answers', () => {
    const verdict = verdictOf({
      prompt: 'Names do not resolve.',
      items: { pod: [podLine({ ready: '1/1' }), containerLine(), ownServer] },
      outputs: { dig: ';; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n' },
    });
    expect(verdict.verdict).toBe('NoFaultFound');
  });

  it('may have been restarted long ago', () => {
    const items = {
      pod: [podLine({ ready: '1/1' }), containerLine({ restarts: 3, last_finished_ago: '90000s', last_exit_code: 1 })],
    };
    expect(verdictOf({ items }).verdict).toBe('NoFaultFound');
  });
});

describe('a node', () => {
  it('is short of disk when its condition says so, and the API server says so again', () => {
    const node = [factLine('node_condition', { node: 'node1', type: 'DiskPressure', status: 'True', age: '60s' })];
    const verdict = verdictOf({ prompt: 'Pods are evicted from this node.', items: { node } });
    expect(verdict.rootCause).toMatchObject({ mechanism: 'NodeDiskPressure', component: 'node node1' });
  });

  it('does not blame pods of this project', () => {
    const pods = [
      factLine('pod', {
        namespace: 'nannyapi',
        name: 'nannyapi-operator-1',
        uid: POD_UID,
        own: true,
        phase: 'Running',
      }),
      factLine('container', {
        namespace: 'nannyapi',
        pod: 'nannyapi-operator-1',
        container: 'operator',
        id: CONTAINER_ID,
        ...crashed,
      }),
    ];
    const verdict = verdictOf({
      prompt: 'Something restarts and is slow.',
      items: { pods, cgroups: [throttledGroup] },
    });
    expect(verdict.verdict).toBe('NoFaultFound');
  });
});
