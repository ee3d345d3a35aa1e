/** The operator as people get it when no gateway is configured, on captured output of real faults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentTask, AgentTaskStatusResult } from '@nannyapi/crds';
import { createLogger, systemClock, type Clock } from '@nannyapi/process';
import { parseEvidenceID } from '@nannyapi/protocol';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { endedWith, eventually, investigate } from '../testing/operator-under-test.ts';
import { TestWorld } from '../testing/test-world.ts';
import { enrol } from '../testing/tiny-agent.ts';
import { loadOperatorConfig } from './config.ts';
import { createOperator } from './create-operator.ts';

interface CapturedRun {
  prompt: string;
  steps: { index: number; results: { evidenceID: string; source: string; text: string[] }[] }[];
}

/** All that the operator watches but agents. */
const OTHERS = ['investigations', 'agenttasks', 'devicecodes', 'agentcredentials', 'enrollmenttokens', 'users'];

const FOLDER = join(import.meta.dirname, 'diagnosticians/playbook/testdata');
const read = (name: string) => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as CapturedRun;

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});

afterEach(() => world.close());

/** Answers as the captured host did; what was not asked of it then is not available. */
function answersOf(run: CapturedRun): (task: AgentTask) => AgentTaskStatusResult[] {
  return ({ metadata, spec }) => {
    const step = run.steps.find(({ index }) => index === Number(metadata.labels?.['nannyai.dev/step']));
    const results = (step?.results ?? []).map(({ evidenceID, source, text }): AgentTaskStatusResult => ({
      actionID: parseEvidenceID(evidenceID)?.actionID ?? '',
      source,
      outcome: 'Succeeded',
      preview: text.join('\n'),
    }));
    if (spec.type === 'CollectContext') return results;
    return (spec.actions ?? []).map(
      ({ id }) =>
        results.find(({ actionID }) => actionID === id) ?? { actionID: id, source: '', outcome: 'NotAvailable' },
    );
  };
}

it.each([
  ['file-system-full', 'RootCauseFound'],
  ['healthy-idle', 'NoFaultFound'],
])('diagnoses %s by its playbook: %s', async (name, verdict) => {
  const run = read(name);
  await world.startAgent(answersOf(run));
  const registry = new Registry();
  const operator = createOperator({
    client: world.server.client,
    clock: systemClock,
    log: createLogger({ name: 'operator', level: 'warn' }),
    registry,
    config: loadOperatorConfig({}),
  });
  const abort = new AbortController();
  const done = operator.start(abort.signal);
  try {
    await vi.waitFor(() => expect(operator.unhealthy()).toEqual([]));
    await investigate(world.server.client, 'slow', { prompt: run.prompt });
    const { status } = await eventually(world.server.client, 'slow', endedWith(verdict));
    expect(status?.diagnostician).toBe('playbook');
    expect(status?.usage).toMatchObject({ refusals: 0, inputTokens: 0 });
    await vi.waitFor(async () =>
      expect(await registry.metrics()).toContain(`nannyapi_investigations_finished_total{reason="${verdict}"} 1`),
    );
  } finally {
    abort.abort();
    await done;
  }
});

it('is alive and ready, red when it has heard nothing of its objects for long, and green again when it does', async () => {
  let aheadMs = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => new Date(systemClock.now().getTime() + aheadMs),
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  const { client } = world.server;
  const log = createLogger({ name: 'operator', level: 'silent' });
  const operator = createOperator({ client, clock, log, config: loadOperatorConfig({}) });
  const abort = new AbortController();
  const done = operator.start(abort.signal);
  const red = () => operator.liveness().flatMap(({ name, problem }) => (problem === undefined ? [] : name));
  try {
    await vi.waitFor(() => expect(operator.readiness().filter(({ problem }) => problem)).toEqual([]));
    expect(red()).toEqual([]);
    aheadMs = 600_000;
    expect(red()).toEqual(['agents', ...OTHERS]);
    expect(operator.isReady()).toBe(false);
    await enrol(client, { name: 'web-1', namespace: 'default' });
    await vi.waitFor(() => expect(red()).toEqual(OTHERS));
  } finally {
    abort.abort();
    await done;
  }
});
