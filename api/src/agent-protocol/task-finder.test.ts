import { AGENT_LABEL, agentLabelValue } from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTask } from '../../testing/test-objects.ts';
import type { AgentPrincipal } from '../identity/principal.ts';
import { TaskCache } from './task-cache.ts';
import { TaskFinder } from './task-finder.ts';

const agent = (name: string, namespace = 'default'): AgentPrincipal => ({ kind: 'agent', namespace, name });
const OURS = agent('host-a');

let server: TestApiServer;
/** Knows no task: its cache never starts, as in the moment before a watch event arrives. */
let finder: TaskFinder;

beforeAll(async () => {
  server = await startTestApiServer();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  await server.client.raw('POST', '/api/v1/namespaces', namespace);
  finder = finderOver(server.client);
});

afterAll(() => server?.close());

function finderOver(client: KubeClient): TaskFinder {
  const log = createLogger({ name: 'test', level: 'silent' });
  return new TaskFinder({
    client,
    cache: new TaskCache({ client, clock: systemClock, log, registry: new Registry() }),
  });
}

const labelOf = (principal: AgentPrincipal) => ({ [AGENT_LABEL]: agentLabelValue(principal) });

describe('a task that no cache knows yet', () => {
  it('is found in whatever namespace it lives', async () => {
    const task = await createTask(server.client, 'elsewhere', {
      namespace: 'shop',
      labels: labelOf(OURS),
      spec: { agentRef: { name: 'host-a', namespace: 'default' } },
    });
    expect((await finder.find(OURS, task.metadata.uid!)).metadata.namespace).toBe('shop');
  });

  it('is found beside its agent when an older operator wrote it, without a label', async () => {
    const task = await createTask(server.client, 'unlabelled');
    expect((await finder.find(OURS, task.metadata.uid!)).metadata.name).toBe('unlabelled');
  });

  it.each([
    ['an agent of the same name in the namespace of the task', agent('host-a', 'shop')],
    ['another agent of the namespace', agent('host-b')],
    ['another agent of the namespace of the task', agent('host-b', 'shop')],
  ])('is not found by %s', async (_, other) => {
    const task = await createTask(server.client, `ours-${other.namespace}-${other.name}`, {
      namespace: 'shop',
      labels: labelOf(OURS),
      spec: { agentRef: { name: 'host-a', namespace: 'default' } },
    });
    await expect(finder.find(other, task.metadata.uid!)).rejects.toMatchObject({ code: 'TaskNotFound' });
  });

  it('is not given to the agent whose label it bears but whom it does not name', async () => {
    const task = await createTask(server.client, 'mislabelled', {
      agent: 'host-b',
      labels: labelOf(OURS),
    });
    await expect(finder.find(OURS, task.metadata.uid!)).rejects.toMatchObject({ code: 'TaskNotFound' });
  });
});

describe('the search', () => {
  it('lists by label in all namespaces and asks one namespace alone for the rest', async () => {
    const queries: unknown[] = [];
    const watched: KubeClient = {
      ...server.client,
      resource: (type) => {
        const resource = server.client.resource(type);
        return Object.assign(Object.create(resource) as typeof resource, {
          list: (query: object) => {
            queries.push(query);
            return resource.list(query);
          },
        }) as never;
      },
    };
    const uid = '11111111-2222-4333-8444-555555555555';
    await expect(finderOver(watched).find(OURS, uid)).rejects.toMatchObject({ code: 'TaskNotFound' });
    expect(queries).toEqual([
      expect.objectContaining({ labelSelector: `${AGENT_LABEL}=${agentLabelValue(OURS)}` }),
      expect.objectContaining({ namespace: 'default', labelSelector: `!${AGENT_LABEL}` }),
    ]);
  });
});
