/** The writes of a run fail, one at a time, or the operator dies at one of them: the run must not notice. */
import { createLogger } from '@nannyapi/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultyClient, type Fault } from '../../../testing/faulty-client.ts';
import { blame, diagnose, run } from '../../../testing/moves.ts';
import {
  endedWith,
  eventually,
  investigate,
  OperatorUnderTest,
  tasksOf,
} from '../../../testing/operator-under-test.ts';
import { ScriptedDiagnostician, type Line } from '../../../testing/scripted-diagnostician.ts';
import { TestWorld } from '../../../testing/test-world.ts';
import type { TinyAgent } from '../../../testing/tiny-agent.ts';

/** The writes that no plain run does without: mark, two tasks, the status with the episode, the verdict. */
const LAST_WRITE = 4;
const CASES = Array.from({ length: LAST_WRITE + 1 }, (_, write) => write).flatMap((write) =>
  (['BeforeWrite', 'AfterWrite'] satisfies Fault[]).map((fault) => ({ write, fault })),
);

const log = createLogger({ name: 'operator', level: 'fatal' });

let world: TestWorld;
let agent: TinyAgent;

beforeAll(async () => {
  world = await TestWorld.start();
  agent = await world.startAgent();
});

afterAll(() => world.close());

/** Holds the run to what must be so whatever happened to the operator. */
async function expectEndedOnce(name: string): Promise<void> {
  const { status, metadata } = await eventually(world.server.client, name, endedWith('RootCauseFound'));
  expect(status?.steps).toHaveLength(2);
  const own = (await tasksOf(world.server.client))
    .filter(({ metadata: task }) => task.ownerReferences?.[0]?.uid === metadata.uid)
    .map(({ metadata: task }) => task.name);
  expect(own).toHaveLength(2);
  expect(agent.answered.filter((task) => own.includes(task))).toHaveLength(2);
}

describe('a run over a bad line', () => {
  it.each(CASES)('ends well and runs nothing twice when write $write fails: $fault', async ({ write, fault }) => {
    const name = `slow-${write}-${fault.toLowerCase()}`;
    const client = faultyClient(world.server.client, (number) => (number === write ? fault : undefined));
    const diagnostician = new ScriptedDiagnostician([diagnose('a file system is full', run('df', '-h')), blame()]);
    const operator = new OperatorUnderTest(client, diagnostician, { log });
    try {
      await investigate(world.server.client, name);
      await expectEndedOnce(name);
      expect(client.writes()).toBeGreaterThan(write);
      // Once an answer is known no second model call is made for it.
      expect(diagnostician.asked).toHaveLength(2);
    } finally {
      await operator.stop();
    }
  });
});

describe('a run whose operator is killed', () => {
  const byStep: Line = (input, call) =>
    (input.nextStep === 1 ? diagnose('a file system is full', run('df', '-h')) : blame())(input, call);

  it.each(CASES)('at write $write, $fault, is ended by the next operator', async ({ write, fault }) => {
    const name = `killed-${write}-${fault.toLowerCase()}`;
    const died = Promise.withResolvers<void>();
    const client = faultyClient(world.server.client, (number) => {
      if (number < write) return undefined;
      died.resolve();
      // Nothing that a dead operator would still write arrives.
      return number === write ? fault : 'BeforeWrite';
    });
    const lines = Array.from({ length: 4 }, () => byStep);
    const first = new OperatorUnderTest(client, new ScriptedDiagnostician(lines), { log });
    await investigate(world.server.client, name);
    await died.promise;
    await first.stop();
    expect(client.writes()).toBeGreaterThan(write);
    const second = new OperatorUnderTest(world.server.client, new ScriptedDiagnostician(lines), { log });
    try {
      await expectEndedOnce(name);
    } finally {
      await second.stop();
    }
  });
});
