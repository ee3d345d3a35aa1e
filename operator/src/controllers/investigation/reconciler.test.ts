import {
  AgentTaskResource,
  EvidenceResource,
  InvestigationResource,
  type AgentTask,
  type Evidence,
  type Investigation,
} from '@nannyapi/crds';
import type { KubeObject } from '@nannyapi/runtime';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blame, CPU_LINE, diagnose, run } from '../../../testing/moves.ts';
import { endedWith, eventually, investigate, tasksOf } from '../../../testing/operator-under-test.ts';
import type { Line } from '../../../testing/scripted-diagnostician.ts';
import { TestWorld } from '../../../testing/test-world.ts';
import { plainAnswers } from '../../../testing/tiny-agent.ts';

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
/** A model that thinks until it is told to stop. */
const thinksForEver: Line = (_, { signal }) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
  );

describe('an investigation', () => {
  it('goes from its question to a proved verdict, a task a step', async () => {
    const agent = await world.startAgent();
    const { diagnostician } = world.startScripted([diagnose('a file system is full', run('df', '-h')), blame()]);
    await investigate(world.server.client, 'slow');
    const { status, metadata } = await until('slow', endedWith('RootCauseFound'));
    expect(status).toMatchObject({
      phase: 'Completed',
      diagnostician: 'scripted',
      resolution: { verdict: 'RootCauseFound', rootCause: { mechanism: 'CPUSaturation' }, confidence: 'High' },
      steps: [
        { index: 0, outcome: 'Succeeded' },
        {
          index: 1,
          outcome: 'Succeeded',
          hypothesis: 'a file system is full',
          actionsDone: 1,
          actionsRefused: 0,
          inferenceID: 'inference-1',
        },
      ],
      usage: { steps: 2, actions: 1, refusals: 0, inputTokens: 300, outputTokens: 30, outputBytes: 101 },
    });
    expect(status?.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual([
      'Accepted=True',
      'AgentReady=True',
      'Diagnosed=True',
      'Succeeded=True',
    ]);
    expect(metadata.annotations?.['nannyai.dev/run-uid']).toBe(metadata.uid);
    expect(agent.answered).toHaveLength(2);
    expect(diagnostician.asked.map(({ nextStep }) => nextStep)).toEqual([1, 2]);
    expect(diagnostician.asked[0]?.investigation.episodeID).toBe(status?.episodeID);
    expect(diagnostician.asked[1]?.steps[1]?.results[0]).toMatchObject({
      evidenceID: 's1-a1',
      text: 'Filesystem 12% /\n',
    });
  });

  it('tells its story in events', async () => {
    await world.startAgent();
    world.startScripted([
      diagnose('a file system is full', run('df', '-h')),
      blame({ id: 's0-cpu', quote: 'never said so' }),
      blame(),
    ]);
    await investigate(world.server.client, 'slow');
    await until('slow', endedWith('RootCauseFound'));
    const events = world.server.client.resource<KubeObject & { reason: string }>({
      group: '',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
    });
    await vi.waitFor(async () => {
      const all = await events.listAll({ namespace: 'default' });
      expect(all.map(({ reason }) => reason).toSorted()).toEqual([
        'Accepted',
        'RootCauseFound',
        'StepCreated',
        'VerdictRefused',
      ]);
    });
  });

  it('refuses a verdict whose quotation does not stand, tells why, and takes the next one', async () => {
    await world.startAgent();
    const { diagnostician } = world.startScripted([
      blame({ id: 's0-cpu', quote: 'process pid=4242 comm=burner uses all of it' }),
      blame(),
    ]);
    await investigate(world.server.client, 'slow');
    const { status } = await until('slow', endedWith('RootCauseFound'));
    expect(diagnostician.asked[1]?.steps[1]?.refused).toMatchObject([
      { rule: 'verdict.grounding', message: expect.stringContaining('does not stand in s0-cpu') },
    ]);
    expect(status?.usage).toMatchObject({ refusals: 1, inputTokens: 400 });
  });

  it('keeps a refused command from the agent and tells the diagnostician the rule', async () => {
    await world.startAgent();
    const { diagnostician } = world.startScripted([
      diagnose('the disk is full', run('rm', '-rf', '/'), run('df', '-h')),
      blame(),
    ]);
    await investigate(world.server.client, 'slow');
    await until('slow', endedWith('RootCauseFound'));
    const [, step] = await tasksOf(world.server.client);
    expect(step?.spec.actions).toEqual([{ id: 'a2', run: { argv: ['df', '-h'] } }]);
    expect(step?.spec.refused).toMatchObject([{ action: 'rm -rf /', rule: 'command-name' }]);
    expect(diagnostician.asked[1]?.steps[1]?.refused).toHaveLength(1);
  });

  it('shows a part of a large output on request and accepts a quotation from its middle', async () => {
    const whole = `${'x'.repeat(79)}\n`.repeat(400) + `${CPU_LINE}\n` + `${'y'.repeat(79)}\n`.repeat(400);
    await world.startAgent((task) => {
      const results = plainAnswers(task);
      if (task.spec.type === 'CollectContext' || task.spec.actions?.[0]?.read) return results;
      const names = [`${task.metadata.name}-a1-stdout-0`, `${task.metadata.name}-a1-stdout-1`];
      void storeChunks(task, names, whole).then(() =>
        tasks().patchStatus(ref(task.metadata.name ?? ''), {
          status: {
            outcome: 'Succeeded',
            results: [{ ...results[0], preview: whole.slice(0, 16_384), evidence: names, outputBytes: whole.length }],
          },
        }),
      );
      return undefined;
    });
    const { diagnostician } = world.startScripted([
      diagnose('what runs', run('ps', 'aux')),
      diagnose('more of it', { tool: 'read', evidenceID: 's1-a1', offsetBytes: 32_000, lengthBytes: CPU_LINE.length }),
      blame({ id: 's1-a1', quote: CPU_LINE }),
    ]);
    await investigate(world.server.client, 'slow');
    await until('slow', endedWith('RootCauseFound'));
    expect(diagnostician.asked[1]?.steps[1]?.results[0]).toMatchObject({
      totalBytes: whole.length,
      text: expect.stringContaining('left out here'),
    });
    expect(diagnostician.asked[2]?.steps[2]?.results[0]).toMatchObject({
      source: expect.stringMatching(/^read s1-a1/),
      text: CPU_LINE,
    });
  });

  it('asks for a conclusion when its steps are used up, and ends Inconclusive without one', async () => {
    await world.startAgent();
    const { diagnostician } = world.startScripted([
      diagnose('one', run('df', '-h')),
      diagnose('two', run('df', '-i')),
      blame({ id: 's0-cpu', quote: 'still not said' }),
    ]);
    await investigate(world.server.client, 'slow', { limits: { maxSteps: 1 } });
    const { status } = await until('slow', endedWith('Inconclusive'));
    expect(diagnostician.asked.map(({ mustConclude }) => mustConclude)).toEqual([false, true, true]);
    expect(status).toMatchObject({ phase: 'Completed', resolution: { verdict: 'Inconclusive', confidence: 'Low' } });
    const all = await tasksOf(world.server.client);
    expect(all.map(({ spec }) => spec.refused?.map(({ rule }) => rule) ?? [])).toEqual([
      [],
      [],
      ['budget.spent'],
      ['verdict.grounding'],
    ]);
  });
});

async function storeChunks(task: AgentTask, names: string[], text: string): Promise<void> {
  const evidence = world.server.client.resource<Evidence>(EvidenceResource);
  for (const [chunk, name] of names.entries()) {
    const raw = Buffer.from(chunk === 0 ? text.slice(0, 32_010) : text.slice(32_010));
    await evidence.create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Evidence',
      metadata: { name, namespace: 'default' },
      spec: {
        taskRef: { name: task.metadata.name ?? '' },
        actionID: 'a1',
        stream: 'Stdout',
        chunk,
        encoding: 'Gzip',
        data: gzipSync(raw).toString('base64'),
        rawBytes: raw.length,
        digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      },
    });
  }
}

describe('a run that is interrupted', () => {
  it('is ended by another operator without any step twice, after one died with a step open', async () => {
    let isHeld = true;
    const agent = await world.startAgent((task) =>
      isHeld && task.spec.type === 'Diagnose' ? undefined : plainAnswers(task),
    );
    const first = world.startScripted([diagnose('a file system is full', run('df', '-h'))]);
    await investigate(world.server.client, 'slow');
    const { status } = await until('slow', ({ status: now }) => now?.steps?.length === 2);
    await first.operator.stop();
    isHeld = false;
    const [, open] = await tasksOf(world.server.client);
    await tasks().patchStatus(ref(open?.metadata.name ?? ''), {
      status: { outcome: 'Succeeded', results: plainAnswers(open!) },
    });
    const second = world.startScripted([blame()]);
    const ended = await until('slow', endedWith('RootCauseFound'));
    expect(ended.status?.episodeID).toBe(status?.episodeID);
    expect(second.diagnostician.asked[0]?.steps).toHaveLength(2);
    expect(agent.answered).toHaveLength(2);
  });

  it('asks again after the operator died while the model was thinking', async () => {
    await world.startAgent();
    const first = world.startScripted([thinksForEver]);
    await investigate(world.server.client, 'slow');
    await until('slow', ({ status }) => status?.steps?.[0]?.outcome === 'Succeeded');
    await first.operator.stop();
    world.startScripted([blame()]);
    await until('slow', endedWith('RootCauseFound'));
    expect(await tasksOf(world.server.client)).toHaveLength(1);
  });

  it('goes on once though two operators work at it', async () => {
    const agent = await world.startAgent();
    const lines = () => [diagnose('a file system is full', run('df', '-h')), blame()];
    world.startScripted(lines());
    world.startScripted(lines());
    await investigate(world.server.client, 'slow');
    await until('slow', endedWith('RootCauseFound'));
    expect(agent.answered).toHaveLength(2);
    expect(await tasksOf(world.server.client)).toHaveLength(2);
  });
});

describe('somebody who steps in', () => {
  it('cancels a run while its model thinks, at once', async () => {
    await world.startAgent();
    const { diagnostician } = world.startScripted([thinksForEver]);
    await investigate(world.server.client, 'slow');
    await vi.waitFor(() => expect(diagnostician.asked).toHaveLength(1));
    await investigations().patch(ref('slow'), { spec: { cancel: true } });
    const { status } = await until('slow', endedWith('Cancelled'));
    expect(status?.phase).toBe('Failed');
    expect(status?.completionTime).toBeDefined();
  });

  it('cancels a run whose command runs, and the command with it', async () => {
    await world.startAgent(() => undefined);
    world.startScripted([]);
    await investigate(world.server.client, 'slow');
    await until('slow', ({ status }) => status?.steps?.length === 1);
    await investigations().patch(ref('slow'), { spec: { cancel: true } });
    await until('slow', endedWith('Cancelled'));
    expect((await tasksOf(world.server.client)).map(({ spec }) => spec.cancel)).toEqual([true]);
  });

  it('pauses a run between two steps and lets it go on', async () => {
    let isAnswering = false;
    await world.startAgent((task) => (isAnswering ? plainAnswers(task) : undefined));
    const { diagnostician } = world.startScripted([blame()]);
    await investigate(world.server.client, 'slow');
    await until('slow', ({ status }) => status?.steps?.length === 1);
    await investigations().patch(ref('slow'), { spec: { suspend: true } });
    await until('slow', (each) => condition(each, 'Succeeded')?.reason === 'Suspended');
    isAnswering = true;
    const [open] = await tasksOf(world.server.client);
    await tasks().patchStatus(ref(open?.metadata.name ?? ''), {
      status: { outcome: 'Succeeded', results: plainAnswers(open!) },
    });
    await until('slow', ({ status }) => status?.steps?.[0]?.outcome === 'Succeeded');
    expect(diagnostician.asked).toHaveLength(0);
    await investigations().patch(ref('slow'), { spec: { suspend: false } });
    await until('slow', endedWith('RootCauseFound'));
  });

  it('deletes a run while its model thinks, and the call ends', async () => {
    await world.startAgent();
    const stopped = vi.fn<() => void>();
    const { diagnostician } = world.startScripted([
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            stopped();
            reject(new Error('stopped'));
          }),
        ),
    ]);
    await investigate(world.server.client, 'slow');
    await vi.waitFor(() => expect(diagnostician.asked).toHaveLength(1));
    await investigations().delete(ref('slow'));
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledOnce());
    await vi.waitFor(async () => expect(await tasksOf(world.server.client)).toEqual([]));
  });

  it('deletes a finished run by its time to live', async () => {
    await world.startAgent();
    world.startScripted([blame()]);
    await investigate(world.server.client, 'slow', { ttlSecondsAfterFinished: 0 });
    await vi.waitFor(async () => expect(await investigations().listAll({ namespace: 'default' })).toEqual([]), {
      timeout: 10_000,
    });
  });
});

describe('a slow model', () => {
  it('holds up no other run, though there is one worker', async () => {
    await world.startAgent();
    const byName: Line = (input, call) =>
      input.investigation.name === 'stuck' ? thinksForEver(input, call) : blame()(input, call);
    world.startScripted([byName, byName], { workers: 1 });
    await investigate(world.server.client, 'stuck');
    await until('stuck', ({ status }) => status?.steps?.[0]?.outcome === 'Succeeded');
    await investigate(world.server.client, 'quick');
    const { status } = await until('quick', endedWith('RootCauseFound'));
    expect(status?.steps).toHaveLength(1);
  });

  it('does not hold back what the rules found', async () => {
    await world.startAgent();
    const finding = { mechanism: 'CPUSaturation', component: 'burner', statement: 'busy', evidence: [] };
    world.startScripted([thinksForEver], { findings: () => [finding] });
    await investigate(world.server.client, 'slow');
    const { status } = await until('slow', ({ status: now }) => now?.findings !== undefined);
    expect(status).toMatchObject({ phase: 'InProgress', findings: [finding] });
  });
});
