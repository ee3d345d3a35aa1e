import type { AgentTask, AgentTaskStatusResult } from '@nannyapi/crds';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  endedWith,
  eventually,
  investigate,
  OperatorUnderTest,
  tasksOf,
} from '../../../testing/operator-under-test.ts';
import { ScriptedDiagnostician, type Line } from '../../../testing/scripted-diagnostician.ts';
import { TinyAgent } from '../../../testing/tiny-agent.ts';

const CPU_LINE = 'process pid=4242 comm=burner user=www cpu=99.8% of one core';

let server: TestApiServer;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await startTestApiServer();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await server.close();
});

async function start(
  lines: Line[],
  answer = answers,
): Promise<{ diagnostician: ScriptedDiagnostician; agent: TinyAgent }> {
  const diagnostician = new ScriptedDiagnostician(lines);
  const agent = new TinyAgent(server.client, answer);
  await agent.start('web-1');
  stops.push(() => agent.stop());
  startOperator(diagnostician);
  return { diagnostician, agent };
}

function startOperator(diagnostician: ScriptedDiagnostician): OperatorUnderTest {
  const operator = new OperatorUnderTest(server.client, diagnostician);
  stops.push(() => operator.stop());
  return operator;
}

function answers(task: AgentTask): AgentTaskStatusResult[] {
  if (task.spec.type === 'CollectContext') {
    return [
      {
        actionID: 'cpu',
        source: 'cpu',
        outcome: 'Succeeded',
        preview: `cpu core=total busy=99%\n${CPU_LINE}\n`,
        outputBytes: 80,
      },
    ];
  }
  return (task.spec.actions ?? [])
    .filter(({ run }) => run)
    .map(({ id, run }) => ({
      actionID: id,
      source: run!.argv.join(' '),
      outcome: 'Succeeded',
      exitCode: 0,
      preview: 'Filesystem 12% /\n',
      outputBytes: 17,
    }));
}

const diagnose =
  (hypothesis: string, ...actions: object[]): Line =>
  () => ({
    move: { kind: 'diagnose', hypothesis, actions },
    inferenceID: 'inference-1',
    usage: { inputTokens: 100, outputTokens: 10 },
  });

const resolve =
  (quote: { id: string; quote: string }): Line =>
  () => ({
    move: {
      kind: 'resolve',
      verdict: 'RootCauseFound',
      rootCause: {
        component: 'process burner (pid 4242)',
        mechanism: 'CPUSaturation',
        statement: 'burner eats a whole core',
      },
      evidence: [quote],
      ruledOut: [],
      plan: '1. Stop burner.',
      confidence: 'High',
    },
    usage: { inputTokens: 200, outputTokens: 20 },
  });

describe('an investigation', () => {
  it('goes from its question to a proved verdict, a task a step', async () => {
    const { diagnostician, agent } = await start([
      diagnose('a file system is full', { tool: 'run', argv: ['df', '-h'] }),
      resolve({ id: 's0-cpu', quote: CPU_LINE }),
    ]);
    await investigate(server.client, 'slow');
    const { status, metadata } = await eventually(server.client, 'slow', endedWith('RootCauseFound'));
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
      usage: { steps: 2, actions: 1, refusals: 0, inputTokens: 300, outputTokens: 30, outputBytes: 97 },
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

  it('refuses a verdict whose quotation does not stand, tells why, and takes the next one', async () => {
    const { diagnostician } = await start([
      resolve({ id: 's0-cpu', quote: 'process pid=4242 comm=burner uses all of it' }),
      resolve({ id: 's0-cpu', quote: CPU_LINE }),
    ]);
    await investigate(server.client, 'slow');
    const { status } = await eventually(server.client, 'slow', endedWith('RootCauseFound'));
    expect(diagnostician.asked[1]?.steps[1]?.refused).toMatchObject([
      { rule: 'verdict.grounding', message: expect.stringContaining('does not stand in s0-cpu') },
    ]);
    expect(status?.usage).toMatchObject({ refusals: 1, inputTokens: 400 });
  });

  it('keeps a refused command from the agent and tells the diagnostician the rule', async () => {
    const { diagnostician } = await start([
      diagnose('the disk is full', { tool: 'run', argv: ['rm', '-rf', '/'] }, { tool: 'run', argv: ['df', '-h'] }),
      resolve({ id: 's0-cpu', quote: CPU_LINE }),
    ]);
    await investigate(server.client, 'slow');
    await eventually(server.client, 'slow', endedWith('RootCauseFound'));
    const [, step] = await tasksOf(server.client);
    expect(step?.spec.actions).toEqual([{ id: 'a2', run: { argv: ['df', '-h'] } }]);
    expect(step?.spec.refused).toMatchObject([{ action: 'rm -rf /', rule: 'command-name' }]);
    expect(diagnostician.asked[1]?.steps[1]?.refused).toHaveLength(1);
  });
});
