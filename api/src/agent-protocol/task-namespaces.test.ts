/** Tasks live where their Investigation is; the agents of nodes live in the release namespace. */
import { gzipSync } from 'node:zlib';
import { AgentTaskResource, EvidenceResource, type AgentTask, type Evidence } from '@nannyapi/crds';
import { validateTask } from '@nannyapi/protocol';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestFacade, TOKENS, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent, createTask, JOURNAL, POLICY } from '../../testing/test-objects.ts';

let server: TestApiServer;
let facade: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  await server.client.raw('POST', '/api/v1/namespaces', namespace);
  for (const name of ['host-a', 'host-b']) await createAgent(server.client, name);
  facade = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await facade?.close();
  await server?.close();
});

/** A task for `default/host-a` that lives in namespace shop. */
const taskInShop = (name: string) =>
  createTask(server.client, name, {
    namespace: 'shop',
    spec: {
      agentRef: { name: 'host-a', namespace: 'default' },
      clusterContext: [{ id: 'pod', source: 'Kubernetes API', text: 'pod namespace=shop name=web' }],
    },
  });
const path = (task: AgentTask, verb: string) => `/agent/v1/tasks/${task.metadata.uid}/${verb}`;
const claim = { journalID: JOURNAL, policyHash: POLICY };
const result = {
  journalID: JOURNAL,
  outcome: 'Succeeded',
  results: [{ actionID: 'a1', source: 'uptime', outcome: 'Succeeded', exitCode: 0, preview: 'up 3 days' }],
};

describe('a task in another namespace than its agent', () => {
  it('reaches that agent, without the name of the namespace and without what the cluster knows', async () => {
    const reader = await facade.events('/agent/v1/stream', TOKENS.hostA);
    try {
      const task = await taskInShop('told');
      let event = await reader.next('task');
      while ((event.data as { uid: string }).uid !== task.metadata.uid) event = await reader.next('task');
      expect(validateTask(event.data)).toBe(true);
      expect(event.data).toMatchObject({ namespace: 'shop', name: 'told', spec: { agentRef: { name: 'host-a' } } });
      expect((event.data as { spec: object }).spec).not.toHaveProperty('clusterContext');
      expect(Object.keys((event.data as { spec: { agentRef: object } }).spec.agentRef)).toEqual(['name']);
    } finally {
      reader.close();
    }
  });

  it('is claimed, answered and keeps its evidence where it lives', async () => {
    const task = await taskInShop('worked');
    expect((await facade.call('POST', path(task, 'claim'), TOKENS.hostA, claim)).status).toBe(200);
    const chunk = await facade.call('PUT', path(task, 'output/a1/stdout/0'), TOKENS.hostA, gzipSync('up 3 days'));
    expect(chunk.status).toBe(200);
    expect((await facade.call('POST', path(task, 'result'), TOKENS.hostA, result)).status).toBe(200);
    const stored = await server.client.resource<Evidence>(EvidenceResource).listAll();
    expect(stored.map(({ metadata }) => metadata.namespace)).toEqual(['shop']);
    const ended = await server.client.resource<AgentTask>(AgentTaskResource).get({ namespace: 'shop', name: 'worked' });
    expect(ended.status?.outcome).toBe('Succeeded');
    expect(ended.spec.clusterContext?.[0]?.text).toContain('web');
  });

  it('cannot be seen or touched by another agent', async () => {
    const task = await taskInShop('hidden');
    const other = await facade.events('/agent/v1/stream', TOKENS.hostB);
    try {
      const marker = await createTask(server.client, 'marker', { agent: 'host-b' });
      await vi.waitFor(() => expect(JSON.stringify(other.events)).toContain(marker.metadata.uid));
      expect(JSON.stringify(other.events)).not.toContain(task.metadata.uid);
    } finally {
      other.close();
    }
    const calls: [string, string, unknown][] = [
      ['POST', 'claim', claim],
      ['POST', 'result', result],
      ['POST', 'progress', { actionID: 'a1', state: 'Started', source: 'uptime', time: '2026-01-01T00:00:00Z' }],
      ['PUT', 'output/a1/stdout/0', gzipSync('x')],
    ];
    for (const [method, verb, body] of calls) {
      const answer = await facade.call(method, path(task, verb), TOKENS.hostB, body);
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 404, 'TaskNotFound']);
    }
  });
});

describe('a task that names an agent of another namespace', () => {
  it('is none of the agent of that name that lives beside it', async () => {
    const task = await createTask(server.client, 'not-ours', {
      spec: { agentRef: { name: 'host-a', namespace: 'shop' } },
    });
    const answer = await facade.call('POST', path(task, 'claim'), TOKENS.hostA, claim);
    expect(answer).toMatchObject({ status: 404, body: { code: 'TaskNotFound' } });
  });
});
