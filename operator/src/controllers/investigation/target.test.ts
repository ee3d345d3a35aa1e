/** What a run is aimed at, and objects that are not what they seem. */
import { AgentTaskResource, InvestigationResource } from '@nannyapi/crds';
import type { AgentTask, Investigation, InvestigationSpec } from '@nannyapi/crds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blame } from '../../../testing/moves.ts';
import { endedWith, eventually, investigate, tasksOf } from '../../../testing/operator-under-test.ts';
import { TestWorld } from '../../../testing/test-world.ts';
import { enrol } from '../../../testing/tiny-agent.ts';
import { taskName } from './task-name.ts';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});

afterEach(() => world.close());

const ref = (name: string) => ({ namespace: 'default', name });
const investigations = () => world.server.client.resource<Investigation>(InvestigationResource);
const tasks = () => world.server.client.resource<AgentTask>(AgentTaskResource);
const until = (name: string, isWanted: (investigation: Investigation) => boolean) =>
  eventually(world.server.client, name, isWanted);
const condition = ({ status }: Investigation, type: string) => status?.conditions?.find((each) => each.type === type);
describe('a target', () => {
  it('that does not exist is told, and the run begins when it appears', async () => {
    world.startScripted([blame()]);
    await investigate(world.server.client, 'slow');
    const waiting = await until('slow', (each) => condition(each, 'Accepted')?.status === 'False');
    expect(condition(waiting, 'Accepted')).toMatchObject({
      reason: 'TargetNotFound',
      message: expect.stringContaining('web-1'),
    });
    expect(waiting.status?.phase).toBe('Pending');
    expect(await tasksOf(world.server.client)).toEqual([]);
    await world.startAgent();
    await until('slow', endedWith('RootCauseFound'));
  });

  it('may be a node whose agent lives beside the operator, from another namespace', async () => {
    await world.server.client.raw('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'nannyapi' },
    });
    await enrol(world.server.client, { name: 'agent-7', namespace: 'nannyapi' }, { spec: { nodeName: 'node-7' } });
    await world.startAgent();
    world.startScripted([blame()], { ownNamespace: 'nannyapi' });
    await investigate(world.server.client, 'slow', { nodeName: 'node-7' });
    const { status } = await until('slow', endedWith('RootCauseFound'));
    const agentRef = { name: 'agent-7', namespace: 'nannyapi' };
    expect((await tasksOf(world.server.client)).map(({ spec }) => spec.agentRef)).toEqual([agentRef]);
    expect(status?.target).toEqual({
      subject: 'node/node-7',
      agentNamespace: 'nannyapi',
      agentName: 'agent-7',
      nodeName: 'node-7',
    });
  });

  it('that is a node begins as soon as its agent is there', async () => {
    world.startScripted([blame()]);
    await investigate(world.server.client, 'slow', { nodeName: 'web-1' });
    await until('slow', (each) => condition(each, 'Accepted')?.status === 'False');
    await world.startAgent(undefined, { nodeName: 'web-1' });
    const { status } = await until('slow', endedWith('RootCauseFound'));
    expect(status?.target).toMatchObject({ subject: 'node/web-1', agentName: 'web-1' });
  });

  it('that is a node is not taken for a host of that name, nor for what another namespace says', async () => {
    await world.startAgent();
    await enrol(world.server.client, { name: 'elsewhere', namespace: 'kube-system' }, { spec: { nodeName: 'web-1' } });
    world.startScripted([]);
    await investigate(world.server.client, 'slow', { nodeName: 'web-1' });
    const waiting = await until('slow', (each) => condition(each, 'Accepted')?.status === 'False');
    expect(condition(waiting, 'Accepted')?.reason).toBe('NodeNotFound');
    expect(waiting.status?.target).toEqual({ subject: 'node/web-1', nodeName: 'web-1' });
  });

  it('that is an agent is told too', async () => {
    await world.startAgent();
    world.startScripted([blame()]);
    await investigate(world.server.client, 'slow');
    const { status } = await until('slow', endedWith('RootCauseFound'));
    expect(status?.target).toEqual({ subject: 'agent/web-1', agentNamespace: 'default', agentName: 'web-1' });
  });

  it('may be the agent of a node by its own name, and stands for the node then', async () => {
    await world.startAgent(undefined, { nodeName: 'web-1' });
    world.startScripted([blame()]);
    await investigate(world.server.client, 'slow');
    const { status } = await until('slow', endedWith('RootCauseFound'));
    expect(status?.target).toMatchObject({ subject: 'agent/web-1', nodeName: 'web-1' });
  });

  it.each<[string, Omit<Partial<InvestigationSpec>, 'agentRef'>, string]>([
    ['a pod, where there are none,', { podRef: { name: 'shop-1' } }, 'TargetUnsupported'],
    ['a node that does not exist', { nodeName: 'node-7' }, 'NodeNotFound'],
  ])('that is %s is refused with what would do', async (_, target, reason) => {
    world.startScripted([]);
    await investigate(world.server.client, 'slow', target);
    const waiting = await until('slow', (each) => condition(each, 'Accepted')?.status === 'False');
    expect(condition(waiting, 'Accepted')).toMatchObject({
      reason,
      message: expect.stringContaining('spec.agentRef'),
    });
  });
});

describe('objects that are not what they seem', () => {
  it('a restored run ends Restored and nothing runs', async () => {
    await enrol(world.server.client, { name: 'web-1', namespace: 'default' });
    const { diagnostician } = world.startScripted([]);
    await investigations().create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: {
        name: 'slow',
        namespace: 'default',
        annotations: { 'nannyai.dev/run-uid': '7e1c0b52-9f0e-4c0e-8a53-0c9d9d1f1a11' },
      },
      spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
    });
    const { status } = await until('slow', endedWith('Restored'));
    expect(status?.phase).toBe('Failed');
    expect(await tasksOf(world.server.client)).toEqual([]);
    expect(diagnostician.asked).toEqual([]);
  });

  it('a restored run keeps a result that arrives after the operator called it Restored, and nothing runs', async () => {
    await enrol(world.server.client, { name: 'web-1', namespace: 'default' });
    const { diagnostician } = world.startScripted([]);
    await investigations().create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: {
        name: 'slow',
        namespace: 'default',
        annotations: { 'nannyai.dev/run-uid': '7e1c0b52-9f0e-4c0e-8a53-0c9d9d1f1a11' },
      },
      spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
    });
    await until('slow', endedWith('Restored'));
    const ended = {
      status: 'True',
      reason: 'NoFaultFound',
      message: 'Healthy',
      lastTransitionTime: '2026-03-01T12:00:00Z',
    };
    const conditions = ['Diagnosed', 'Succeeded'].map((type) => ({ type, ...ended, observedGeneration: 1 }));
    const result = { phase: 'Completed', conditions, completionTime: '2026-03-01T12:00:00Z' } as const;
    const written = await investigations().patchStatus(ref('slow'), { status: result });
    // Whatever wakes the operator now finds an ended run; a later one shows that it has looked.
    await investigations().patch(ref('slow'), { metadata: { labels: { looked: 'at' } } });
    await investigate(world.server.client, 'later', { suspend: true });
    await until('later', (each) => each.status !== undefined);
    const { status } = await investigations().get(ref('slow'));
    expect(status).toEqual(written.status);
    expect(await tasksOf(world.server.client)).toEqual([]);
    expect(diagnostician.asked).toEqual([]);
  });

  it('a task of the right name and the wrong owner is never adopted', async () => {
    const investigation = await investigate(world.server.client, 'slow', { suspend: true });
    await tasks().create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'AgentTask',
      metadata: { name: taskName(investigation, 0), namespace: 'default' },
      spec: {
        agentRef: { name: 'web-1' },
        type: 'CollectContext',
        collectContext: {},
        policyHash: `sha256:${'0'.repeat(64)}`,
        timeoutSeconds: 10,
      },
    });
    await enrol(world.server.client, { name: 'web-1', namespace: 'default' });
    world.startScripted([]);
    await investigations().patch(ref('slow'), { spec: { suspend: false } });
    const stalled = await until('slow', (each) => condition(each, 'Stalled')?.status === 'True');
    expect(condition(stalled, 'Stalled')?.reason).toBe('TaskNameTaken');
  });
});
