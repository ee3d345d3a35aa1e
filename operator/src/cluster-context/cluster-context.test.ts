/** What is told of pods and nodes of a real kube-apiserver. No kubelet runs: their status is written by hand. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { AgentTaskResource, type AgentTask, type Investigation } from '@nannyapi/crds';
import { createLogger, FakeClock, systemClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { findKubeBinaries, readOwnCrds, startKubeApiServer, type KubeApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildCluster, NODE, type BuiltCluster } from '../../testing/built-cluster.ts';
import { blame, diagnose, run } from '../../testing/moves.ts';
import { endedWith, eventually, investigate, OperatorUnderTest } from '../../testing/operator-under-test.ts';
import { ScriptedDiagnostician } from '../../testing/scripted-diagnostician.ts';
import { enrol, TinyAgent } from '../../testing/tiny-agent.ts';
import { ClusterContext } from './cluster-context.ts';

const binaries = findKubeBinaries();
const log = createLogger({ name: 'test', level: 'silent' });
let server: KubeApiServer;
let client: KubeClient;
let built: BuiltCluster;

/** Texts by item. */
async function gather(
  target: Parameters<ClusterContext['gather']>[0],
  options: { isFirst?: boolean; as?: KubeClient } = {},
): Promise<Record<string, string>> {
  const { isFirst = true, as = client } = options;
  const context = new ClusterContext({ client: as, clock: systemClock });
  const items = await context.gather(target, isFirst, { signal: AbortSignal.timeout(30_000) });
  return Object.fromEntries(items.map(({ id, text }) => [id, text]));
}

describe.runIf('folder' in binaries)('what the cluster knows (left out without kube-apiserver)', () => {
  beforeAll(async () => {
    server = await startKubeApiServer({ binaries: (binaries as { folder: string }).folder, fsync: false });
    const { url, caPem, adminToken } = server;
    client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'test', log });
    built = await buildCluster(client, await readOwnCrds());
  }, 120_000);

  afterAll(async () => {
    await client?.close();
    await server?.close();
  });

  it('tells of a pod what an on-call person would look up', async () => {
    const { pod, events, rollout, node, pods, 'cluster-dns': dns } = await gather({ nodeName: NODE, pod: built.loop });
    expect(pod).toMatch(
      /^pod namespace=shop name=loop-2-x .*asked=yes phase=Running .*ready=0\/1 restarts=7 .*owner="ReplicaSet\/loop-2, Deployment\/loop"/mu,
    );
    expect(pod).toMatch(
      /^container .*container=web asked=yes id=a{64} state=waiting reason=CrashLoopBackOff ready=no restarts=7 last_reason=OOMKilled last_exit_code=137 .*last_ran_for=4s .*cpu_limit=0.25 .*memory_limit=67108864B/mu,
    );
    expect(pod).toContain(
      `volume=scratch kind=emptyDir medium=disk size_limit=33554432B path=/var/lib/kubelet/pods/${built.loop.uid}/volumes/kubernetes.io~empty-dir/scratch mounted_at=web:/scratch`,
    );
    expect(pod).toContain(
      'pod_condition namespace=shop pod=loop-2-x type=Ready status=False reason=ContainersNotReady',
    );
    expect(pod).toMatch(/^probe .*kind=liveness how=tcp/mu);
    expect(pod).toMatch(/^pod_dns .*nameservers=192.0.2.1/mu);
    expect(events).toMatch(
      /^kube_event object=Pod\/loop-2-x namespace=shop container=web type=Warning reason=BackOff count=12/mu,
    );
    expect(events).toMatch(/^kube_event object=Node\/node1 .*reason=NodeNotReady/mu);
    expect(rollout).toMatch(/^workload namespace=shop kind=Deployment name=loop /mu);
    expect(rollout).toMatch(
      /^rollout .*name=loop-2 revision=2 .*changed="image of web: shop:1 -> shop:2; memory limit of web: 128Mi -> 64Mi; variables of web: PASSWORD; command or arguments of web"/mu,
    );
    expect(node).toMatch(/^node_condition node=node1 type=DiskPressure status=True trouble=yes/mu);
    expect(node).toMatch(
      /^node_resource node=node1 resource=cpu capacity=2 allocatable=2 requests=0.1 requests_share=5%/mu,
    );
    expect(pods).toMatch(/^pod namespace=shop name=loop-2-x /mu);
    expect(dns).toMatch(/^dns_service namespace=kube-system name=kube-dns .*ready_endpoints=0 not_ready_endpoints=1/mu);
  });

  it('never tells commands, arguments, values of variables, last words or the names of secrets', async () => {
    const items = await gather({ nodeName: NODE, pod: built.loop });
    const nodeItems = await gather({ nodeName: NODE });
    const text = JSON.stringify([items, nodeItems]);
    for (const secret of built.secrets) expect(text).not.toContain(secret);
  });

  it('tells of a node its pods in trouble with their events', async () => {
    const { events, pods, pod } = await gather({ nodeName: NODE });
    expect(pod).toBeUndefined();
    expect(pods?.split('\n')[1]).toContain('name=loop-2-x');
    expect(events).toContain('object=Pod/loop-2-x');
  });

  it('tells again in later steps what may have changed', async () => {
    const later = await gather({ nodeName: NODE, pod: built.loop }, { isFirst: false });
    expect(Object.keys(later)).toEqual(['pod', 'events', 'node', 'cluster-dns']);
  });

  it('says that a pod is gone, and that another of its name is another', async () => {
    const uid = '00000000-0000-4000-8000-000000000000';
    const gone = await gather({ nodeName: NODE, pod: { namespace: 'shop', name: 'gone', uid } });
    expect(gone['pod']).toContain('missing what="Pod shop/gone" why="it does not exist (any more)"');
    const other = await gather({ nodeName: NODE, pod: { ...built.loop, uid } });
    expect(other['pod']).toContain('a pod of that name was made since');
  });

  it('names each right that is missing, and goes on', async () => {
    const as = createKubeClient({
      server: { url: server.url, caPem: server.caPem, token: built.powerlessToken },
      userAgent: 'test',
      log,
    });
    try {
      const items = await gather({ nodeName: NODE, pod: built.loop }, { as });
      expect(items['pod']).toContain('why="Forbidden: the operator lacks the right to get pods"');
      expect(items['events']).toContain('the right to list events');
      expect(items['node']).toContain('the right to get nodes');
      expect(items['cluster-dns']).toContain('the right to list endpointslices');
    } finally {
      await as.close();
    }
  });

  it('waits for an API server that is silent no longer than it is worth', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const as = createKubeClient({ server: { url: `http://127.0.0.1:${port}`, token: 'x' }, userAgent: 'test', log });
    const clock = new FakeClock();
    try {
      const context = new ClusterContext({ client: as, clock });
      const gathered = context.gather({ nodeName: NODE, pod: built.loop }, true, {
        signal: AbortSignal.timeout(30_000),
      });
      await clock.advance(3_000);
      const items = await gathered;
      expect(items).toHaveLength(6);
      // Of what rolled out a pod nothing is asked before the pod is known.
      const told = items.filter(({ text }) => text.includes('did not answer in time')).map(({ id }) => id);
      expect(told).toEqual(['pod', 'events', 'node', 'pods', 'cluster-dns']);
    } finally {
      await as.close();
      silent.close();
    }
  });
});

describe.runIf('folder' in binaries)('a run about a pod', () => {
  let operator: OperatorUnderTest | undefined;
  let agent: TinyAgent | undefined;

  beforeAll(async () => {
    server = await startKubeApiServer({ binaries: (binaries as { folder: string }).folder, fsync: false });
    const { url, caPem, adminToken } = server;
    client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'test', log });
    built = await buildCluster(client, await readOwnCrds());
    await client.raw('POST', '/api/v1/namespaces', { metadata: { name: 'nannyapi' } });
    agent = new TinyAgent(client);
    agent.serve('default');
  }, 120_000);

  afterAll(async () => {
    await operator?.stop();
    await agent?.stop();
    await client?.close();
    await server?.close();
  });

  const start = (lines: ConstructorParameters<typeof ScriptedDiagnostician>[0]) => {
    const diagnostician = new ScriptedDiagnostician(lines);
    operator = new OperatorUnderTest(client, diagnostician, { ownNamespace: 'nannyapi' });
    return diagnostician;
  };
  const accepted = (reason: string) => (each: Investigation) =>
    each.status?.conditions?.some((condition) => condition.type === 'Accepted' && condition.reason === reason) ?? false;
  const pod = (spec: object) => ({
    metadata: { name: 'cart', namespace: 'default' },
    spec: { containers: [{ name: 'web', image: 'shop:2' }], automountServiceAccountToken: false, ...spec },
  });

  it('waits for the pod, for a node to take it and for the agent of the node, and says which', async () => {
    start([]);
    await investigate(client, 'cart', { podRef: { name: 'cart' } });
    await eventually(client, 'cart', accepted('PodNotFound'));
    await vi.waitFor(() => client.raw('GET', '/api/v1/namespaces/default/serviceaccounts/default'), {
      timeout: 30_000,
    });
    await client.raw('POST', '/api/v1/namespaces/default/pods', pod({}));
    await eventually(client, 'cart', accepted('PodNotScheduled'));
    await client.raw('POST', '/api/v1/namespaces/default/pods/cart/binding', {
      metadata: { name: 'cart' },
      target: { kind: 'Node', name: NODE },
    });
    const { status } = await eventually(client, 'cart', accepted('NodeHasNoAgent'));
    expect(status?.target).toMatchObject({ subject: 'pod/cart', nodeName: NODE });
    await operator?.stop();
  });

  it('asks the agent of its node, knows what the cluster knows, and keeps its agent when the pod goes', async () => {
    await enrol(client, { name: NODE, namespace: 'nannyapi' }, { spec: { nodeName: NODE } });
    const quote = 'pod namespace=default name=cart';
    const diagnostician = start([
      async (...asked) => {
        await client.raw('DELETE', '/api/v1/namespaces/default/pods/cart?gracePeriodSeconds=0');
        return diagnose('the disk is full', run('df', '-h'))(...asked);
      },
      blame({ id: 's0-pod', quote }, 'pod default/cart'),
    ]);
    const { status } = await eventually(client, 'cart', endedWith('RootCauseFound'), 30_000);
    expect(status?.target).toMatchObject({ agentNamespace: 'nannyapi', agentName: NODE });
    const tasks = await client.resource<AgentTask>(AgentTaskResource).listAll({ namespace: 'default' });
    expect(tasks.map(({ spec }) => spec.agentRef)).toEqual([
      { name: NODE, namespace: 'nannyapi' },
      { name: NODE, namespace: 'nannyapi' },
    ]);
    expect(tasks[1]?.spec.clusterContext?.find(({ id }) => id === 'pod')?.text).toContain('it does not exist');
    expect(diagnostician.asked[0]?.target).toMatchObject({ kind: 'Pod', namespace: 'default', name: 'cart' });
  });
});
