/** Investigations whose moves come from a model behind the real core of the TensorZero gateway, with what we ship. */
import { createLogger, systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTensorZero } from '../../src/diagnosticians/tensorzero/tensorzero.ts';
import type { Diagnostician } from '../../src/diagnosticians/diagnostician.ts';
import { CPU_LINE } from '../moves.ts';
import { endedWith, eventually, investigate, OperatorUnderTest, tasksOf } from '../operator-under-test.ts';
import { TinyAgent } from '../tiny-agent.ts';
import {
  canRunGateway,
  complaintAbout,
  configWith,
  GatewayProcess,
  modelsAt,
  SHIPPED_CONFIG,
} from './gateway-process.ts';
import { diagnoseReply, resolveReply } from './replies.ts';
import { ScriptedModel, type ModelLine } from './scripted-model.ts';

/** Waits between tries are for real gateways; here nobody recovers in a second. */
const impatientClock = { ...systemClock, sleep: () => Promise.resolve() };

function run(hypothesis: string, ...argvs: string[][]): string {
  return diagnoseReply(
    hypothesis,
    argvs.map((argv) => ({ tool: 'run', argv })),
  );
}

function verdict(quote: string): string {
  return resolveReply({
    verdict: 'RootCauseFound',
    rootCause: {
      component: 'process burner (pid 4242)',
      mechanism: 'CPUSaturation',
      statement: 'burner eats a whole core.',
    },
    evidence: [{ id: 's0-cpu', quote }],
    ruledOut: [{ mechanism: 'FilesystemFull', statement: 'There is room.', evidence: [] }],
    plan: '1. Stop burner.',
    confidence: 'High',
  });
}

describe.runIf(canRunGateway())('with a model behind the core of TensorZero (needs python3 with venv)', () => {
  let server: TestApiServer;
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    server = await startTestApiServer();
    const agent = new TinyAgent(server.client);
    await agent.start('web-1');
    stops.push(() => agent.stop());
  });

  afterEach(async () => {
    const failures: unknown[] = [];
    for (const stop of stops.splice(0).reverse()) await stop().catch((error: unknown) => failures.push(error));
    await server.close();
    if (failures.length > 0) throw new AggregateError(failures, 'Could not clean up, or a fake was misused');
  });

  async function startGateway(lines: ModelLine[]): Promise<{ model: ScriptedModel; gateway: GatewayProcess }> {
    const model = await ScriptedModel.start(lines);
    stops.push(() => model.close());
    const config = await configWith(modelsAt(model.apiBase));
    stops.push(() => config.remove());
    const gateway = await GatewayProcess.start(config.folder);
    stops.push(() => gateway.stop());
    return { model, gateway };
  }

  function startOperator(url: string): void {
    const findings = () => [
      {
        mechanism: 'CPUSaturation',
        component: 'process burner',
        statement: 'burner is busy',
        evidence: [{ id: 's0-cpu', quote: CPU_LINE }],
      },
    ];
    const operator = new OperatorUnderTest(server.client, tensorZero(url), { findings });
    stops.push(() => operator.stop());
  }

  function tensorZero(url: string): Diagnostician {
    const log = createLogger({ name: 'tensorzero', level: 'error' });
    return createTensorZero({ url, functionName: 'investigate', timeoutSeconds: 30, clock: impatientClock, log });
  }

  it('goes from question to proved verdict, one model call a move', async () => {
    const { model, gateway } = await startGateway([
      () => run('the disk is full', ['df', '-h']),
      () => verdict(CPU_LINE),
    ]);
    startOperator(gateway.url);
    await investigate(server.client, 'slow', { context: { alertname: 'HighLoad' } });
    const { status } = await eventually(server.client, 'slow', endedWith('RootCauseFound'));
    expect(status).toMatchObject({
      diagnostician: 'tensorzero',
      resolution: { evidence: [{ id: 's0-cpu', quote: CPU_LINE }], ruledOut: [{ mechanism: 'FilesystemFull' }] },
      usage: { steps: 2, actions: 1, inputTokens: 2000, outputTokens: 100 },
    });
    expect(status?.steps?.[1]?.inferenceID).toMatch(/^[0-9a-f-]{36}$/);
    const [first, second] = model.requests;
    expect(first).toMatchObject({ format: 'json_schema' });
    expect(first?.system).toMatch(/^You find out why one Linux machine misbehaves/);
    expect(first?.user).toContain('Why is this machine slow?');
    expect(first?.user).toContain('alertname: HighLoad');
    expect(first?.user).toContain(`~~~ untrusted s0-cpu\ncpu core=total busy=99%\n${CPU_LINE}\n~~~`);
    expect(second?.user).toContain('### s1-a1: "df -h" (outcome Succeeded, exit code 0, 17 bytes)');
    expect(model.unsaid).toBe(0);
  });

  it('tells the model what was wrong with a reply that does not fit the schema', async () => {
    const { model, gateway } = await startGateway([
      () => JSON.stringify({ kind: 'resolve', approved: true }),
      () => '```json\n{}\n```',
      () => verdict(CPU_LINE),
    ]);
    startOperator(gateway.url);
    await investigate(server.client, 'slow');
    await eventually(server.client, 'slow', endedWith('RootCauseFound'));
    const tasks = await tasksOf(server.client);
    expect(tasks.map(({ spec }) => spec.refused?.map(({ rule }) => rule) ?? [])).toEqual([
      [],
      ['reply.schema'],
      ['reply.schema'],
    ]);
    expect(model.requests[1]?.user).toContain('approved is unknown');
    expect(model.requests[2]?.user).toContain('not one whole JSON object');
  });

  it('tells the model which rule refused a command and which quotation does not stand', async () => {
    const { model, gateway } = await startGateway([
      () => run('somebody changed the password file', ['cat', '/etc/shadow']),
      () => verdict('process pid=4242 comm=burner eats everything'),
      () => verdict(CPU_LINE),
    ]);
    startOperator(gateway.url);
    await investigate(server.client, 'slow');
    const { status } = await eventually(server.client, 'slow', endedWith('RootCauseFound'));
    expect(model.requests[1]?.user).toContain('Refused, path-secret:');
    expect(model.requests[2]?.user).toContain('does not stand in s0-cpu');
    expect(status?.usage).toMatchObject({ steps: 3, actions: 0, refusals: 2 });
  });

  it('fails with the gateway’s own words when no model answers, and keeps what the rules found', async () => {
    const broken: ModelLine = () => ({ status: 500, message: 'out of GPUs' });
    const { model, gateway } = await startGateway(Array.from({ length: 9 }, () => broken));
    startOperator(gateway.url);
    await investigate(server.client, 'slow');
    const { status } = await eventually(server.client, 'slow', endedWith('DiagnosticianFailed'));
    expect(status?.conditions?.find(({ type }) => type === 'Succeeded')?.message).toMatch(
      /502: .*out of GPUs.*status\.findings/s,
    );
    expect(status?.findings).toHaveLength(1);
    // Three tries of ours, each the strict variant twice and the plain one once.
    expect(model.unsaid).toBe(0);
    expect(model.requests.slice(0, 3).map(({ format }) => format)).toEqual([
      'json_schema',
      'json_schema',
      'json_object',
    ]);
    expect(model.requests[2]?.system).toContain('The form of your answer.');
  });

  it('fails when nothing listens where the gateway should be', async () => {
    const { model, gateway } = await startGateway([]);
    await gateway.stop();
    startOperator(gateway.url);
    await investigate(server.client, 'slow');
    const { status } = await eventually(server.client, 'slow', endedWith('DiagnosticianFailed'));
    expect(status?.conditions?.find(({ type }) => type === 'Succeeded')?.message).toMatch(/cannot be reached/);
    expect(status?.phase).toBe('Failed');
    expect(model.requests).toEqual([]);
  });
});

describe.runIf(canRunGateway())('the shipped gateway configuration (needs python3 with venv)', () => {
  it('is one that the gateway starts with', async () => {
    expect(await complaintAbout(SHIPPED_CONFIG)).toBe('');
  });

  it('is refused when a model is missing, so the check above can fail', async () => {
    const config = await configWith('[models.other]\nrouting = []\n');
    try {
      expect(await complaintAbout(config.folder)).toMatch(/investigator|routing|other/);
    } finally {
      await config.remove();
    }
  });
});
