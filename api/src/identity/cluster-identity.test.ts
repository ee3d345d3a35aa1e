/** Who is who in a cluster, decided by a real kube-apiserver, the facade having the rights of its ServiceAccount only. */
import { request } from 'node:http';
import { AgentResource, API_VERSION, AgentTaskResource, type Agent, type AgentTask } from '@nannyapi/crds';
import { createLogger, FakeClock, systemClock, type Clock } from '@nannyapi/process';
import { findKubeBinaries } from '@nannyapi/standalone/testing';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { EventReader } from '../../testing/event-reader.ts';
import { KubeCluster, RELEASE } from '../../testing/kube-cluster.ts';
import { JOURNAL, POLICY } from '../../testing/test-objects.ts';
import { createFacade, type Facade } from '../facade.ts';
import { parseRanges } from './cluster-node.ts';
import { createSubjectAccessReviewAuthorizer } from './subject-access-review-authorizer.ts';
import { createTokenReviewAuthenticator } from './token-review-authenticator.ts';

const binaries = findKubeBinaries();
const title = 'missing' in binaries ? ` (left out: ${binaries.missing.split('\n')[0]})` : '';
const NODE_A = { name: 'node-a', address: '127.0.0.1' };
const NODE_B = { name: 'node-b', address: '127.0.0.2' };

interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
  retryAfter: string | undefined;
}

describe.runIf(!('missing' in binaries))(`the identities of a cluster${title}`, () => {
  let cluster: KubeCluster;
  let facade: Facade;
  let tokenA: string;
  let tokenB: string;

  function createReplica(clock: Clock = systemClock, trustedProxies = parseRanges('')): Facade {
    const log = createLogger({ name: 'facade', level: 'silent' });
    const deps = { client: cluster.facade, clock, log, registry: new Registry() };
    const rule = { audience: 'nannyapi', namespace: RELEASE, serviceAccount: 'nannyapi-agent' };
    return createFacade({
      ...deps,
      authenticator: createTokenReviewAuthenticator({ ...deps, rule, sharedAddresses: parseRanges('') }),
      authorizer: createSubjectAccessReviewAuthorizer(deps),
      config: { host: '127.0.0.1', port: 0, trustedProxies },
    });
  }

  /** Sends a request from an address of loopback, as if from the node that has it. */
  function ask(
    method: string,
    path: string,
    token: string,
    options: { from?: string; body?: object; forwardedFor?: string; at?: Facade } = {},
  ): Promise<Answer> {
    const { from = NODE_A.address, body, forwardedFor, at = facade } = options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    };
    const sent = request(`${at.address()}${path}`, { method, headers, localAddress: from, agent: false });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text.startsWith('{') ? JSON.parse(text) : text,
          retryAfter: response.headers['retry-after'],
        }),
      );
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  const beat = (token: string, from: string = NODE_A.address) =>
    ask('POST', '/agent/v1/heartbeat', token, { from, body: HEARTBEAT });
  const agents = () => cluster.admin.resource<Agent>(AgentResource);

  beforeAll(async () => {
    if ('missing' in binaries) return;
    cluster = await KubeCluster.start(binaries.folder);
    for (const { name, address } of [NODE_A, NODE_B]) await cluster.createNode(name, address);
    tokenA = await cluster.createPodToken('agent-a', { node: NODE_A.name });
    tokenB = await cluster.createPodToken('agent-b', { node: NODE_B.name });
    facade = createReplica();
    await facade.start(new AbortController().signal);
    await eventually(() => {
      if (facade.readiness().some(({ problem }) => problem !== undefined)) throw new Error('not ready');
    });
  }, 120_000);

  afterAll(async () => {
    await facade?.close();
    await cluster?.close();
  });

  it('make the Agent of a node at its first sight, once, however many replicas and requests see it', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => beat(tokenA)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [200, undefined]));
    const agent = await agents().get({ namespace: RELEASE, name: NODE_A.name });
    expect(agent.spec).toMatchObject({ nodeName: NODE_A.name });
    expect(agent.metadata).toMatchObject({
      labels: { 'nannyai.dev/node': NODE_A.name },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: NODE_A.name, uid: expect.any(String) }],
    });
  });

  it('are refused from an address of another node, with the reason', async () => {
    expect(await beat(tokenB, NODE_A.address)).toMatchObject({
      status: 403,
      body: { code: 'Forbidden', detail: expect.stringContaining('NANNYAPI_API_AGENT_SHARED_ADDRESSES') },
    });
    expect(await beat(tokenB, NODE_B.address)).toMatchObject({ status: 200 });
  });

  it('are known by what a trusted proxy saw, and by no header of anybody else', async () => {
    const PROXY = '127.0.0.9';
    const at = createReplica(systemClock, parseRanges(PROXY));
    await at.start(new AbortController().signal);
    const beatBy = async (from: string, forwardedFor?: string): Promise<number> => {
      const options = { from, body: HEARTBEAT, at, ...(forwardedFor === undefined ? {} : { forwardedFor }) };
      return (await ask('POST', '/agent/v1/heartbeat', tokenB, options)).status;
    };
    try {
      await eventually(async () => expect(await beatBy(PROXY, NODE_B.address)).toBe(200));
      // The proxy saw another address; what was claimed to it stands further left.
      expect(await beatBy(PROXY, NODE_A.address)).toBe(403);
      expect(await beatBy(PROXY, `${NODE_B.address}, ${NODE_A.address}`)).toBe(403);
      expect(await beatBy(PROXY, `${NODE_A.address}, ${NODE_B.address}`)).toBe(200);
      expect(await beatBy(PROXY)).toBe(403);
      // Past the proxy the socket counts, with the proxy's header and without.
      expect(await beatBy(NODE_A.address, NODE_B.address)).toBe(403);
      expect(await beatBy(NODE_B.address)).toBe(200);
    } finally {
      await at.close();
    }
    // A replica that trusts no proxy believes none.
    const options = { from: PROXY, body: HEARTBEAT, forwardedFor: NODE_B.address };
    expect(await ask('POST', '/agent/v1/heartbeat', tokenB, options)).toMatchObject({ status: 403 });
  });

  it('show and touch no task of another node', async () => {
    await beat(tokenA);
    const task = await cluster.admin.resource<AgentTask>(AgentTaskResource).create({
      apiVersion: API_VERSION,
      kind: 'AgentTask',
      metadata: { namespace: 'default', name: 'of-a' },
      spec: {
        agentRef: { name: NODE_A.name, namespace: RELEASE },
        type: 'Diagnose',
        actions: [{ id: 'a1', run: { argv: ['uptime'] } }],
        policyHash: POLICY,
        timeoutSeconds: 60,
      },
    });
    const path = `/agent/v1/tasks/${task.metadata.uid}/claim`;
    const claim = { journalID: JOURNAL, policyHash: POLICY };
    expect(await ask('POST', path, tokenB, { from: NODE_B.address, body: claim })).toMatchObject({
      body: { code: 'TaskNotFound' },
    });
    expect(await ask('POST', path, tokenA, { body: claim })).toMatchObject({ status: 200 });
  });

  it('take over no Agent that was made for another host', async () => {
    await cluster.createNode('node-taken', NODE_A.address);
    const metadata = { namespace: RELEASE, name: 'node-taken' };
    await agents().create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: {} });
    const token = await cluster.createPodToken('agent-taken', { node: 'node-taken' });
    expect(await beat(token)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('Delete that Agent') },
    });
  });

  it('wait for the Agent of an earlier node of that name to go', async () => {
    await cluster.createNode('node-again', NODE_A.address);
    await agents().create({
      apiVersion: API_VERSION,
      kind: 'Agent',
      metadata: {
        namespace: RELEASE,
        name: 'node-again',
        finalizers: ['example.com/hold'],
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node-again', uid: 'an-earlier-uid' }],
      },
      spec: { nodeName: 'node-again' },
    });
    const token = await cluster.createPodToken('agent-again', { node: 'node-again' });
    const answer = await beat(token);
    expect(answer).toMatchObject({
      status: 503,
      retryAfter: '5',
      body: { detail: expect.stringContaining('earlier') },
    });
    await agents().patch({ namespace: RELEASE, name: 'node-again' }, { metadata: { finalizers: null } });
    // A garbage collector learns of new kinds every half minute.
    await eventually(async () => expect((await beat(token)).status).toBe(200), 60_000);
  }, 90_000);

  it('refuse a token of our audience from another account, and one that names no node', async () => {
    const other = await cluster.createPodToken('other', { node: NODE_A.name, account: 'anna' });
    expect(await beat(other)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('are for agents') },
    });
    const free = await cluster.requestToken('nannyapi-agent', { audience: 'nannyapi' });
    expect(await beat(free)).toMatchObject({ status: 403, body: { detail: expect.stringContaining('names no node') } });
  });

  it('know nobody by a token of a third audience, a forged one or none of the cluster', async () => {
    const third = await cluster.requestToken('anna', { audience: 'vault' });
    const forged = `${tokenA.split('.').slice(0, 2).join('.')}.${'A'.repeat(342)}`;
    for (const token of [third, forged, 'guess']) expect((await beat(token)).status).toBe(401);
  });

  it('let people do what the RBAC of the cluster lets them, target included', async () => {
    await cluster.grant('anna', 'investigator', [
      { apiGroups: ['nannyai.dev'], resources: ['investigations'], verbs: ['create', 'get', 'list'] },
      { apiGroups: ['nannyai.dev'], resources: ['agents'], verbs: ['investigate'], resourceNames: ['host-a'] },
    ]);
    const [anna, ben] = [await cluster.requestToken('anna'), await cluster.requestToken('ben')];
    const path = '/api/v1/namespaces/default/investigations';
    const prompt = 'Why is this machine slow?';
    const open = (token: string, target: object) => ask('POST', path, token, { body: { ...target, prompt } });
    await eventually(async () => expect((await ask('GET', path, anna)).status).toBe(200));
    expect(await open(anna, { agentRef: { name: 'host-a' } })).toMatchObject({
      status: 201,
      body: { spec: { requestedBy: `system:serviceaccount:${RELEASE}:anna` } },
    });
    expect((await open(anna, { agentRef: { name: 'host-b' } })).status).toBe(403);
    expect((await open(anna, { nodeName: NODE_A.name })).status).toBe(403);
    expect((await ask('GET', path, ben)).status).toBe(403);
    expect((await ask('GET', '/metrics', anna)).status).toBe(403);
  });

  it('end with the pod: the token, and the stream that was opened with it', async () => {
    const clock = new FakeClock();
    const present = facade;
    facade = createReplica(clock);
    await facade.start(new AbortController().signal);
    try {
      await cluster.createNode('node-c', NODE_A.address);
      const token = await cluster.createPodToken('agent-c', { node: 'node-c' });
      const stream = await EventReader.open(`${facade.address()}/agent/v1/stream`, token);
      await stream.next('hello');
      await cluster.deletePod('agent-c');
      await eventually(async () => {
        await clock.advance(5_000);
        expect((await beat(token)).status).toBe(401);
      });
      const ended = stream.ended();
      await eventually(async () => {
        await clock.advance(1_000);
        await Promise.race([ended, new Promise((_, reject) => setTimeout(reject, 20, new Error('still open')))]);
      });
    } finally {
      await facade.close();
      facade = present;
    }
  });
});

const HEARTBEAT = {
  version: '0.1.0',
  journalID: JOURNAL,
  policyHash: POLICY,
  facts: { hostname: 'a', cpus: 2 },
  capabilities: { privilege: 'Root', tools: ['ps'] },
};
