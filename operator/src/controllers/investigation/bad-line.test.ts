/** The writes of a run fail, one at a time, before or after they took effect: the run must not notice. */
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
import { ScriptedDiagnostician } from '../../../testing/scripted-diagnostician.ts';
import { TestWorld } from '../../../testing/test-world.ts';
import type { TinyAgent } from '../../../testing/tiny-agent.ts';

/** The writes that no plain run does without: mark, two tasks, the status with the episode, the verdict. */
const LAST_WRITE = 4;
const CASES = Array.from({ length: LAST_WRITE + 1 }, (_, write) => write).flatMap((write) =>
  (['BeforeWrite', 'AfterWrite'] satisfies Fault[]).map((fault) => ({ write, fault })),
);

let world: TestWorld;
let agent: TinyAgent;

beforeAll(async () => {
  world = await TestWorld.start();
  agent = await world.startAgent();
});

afterAll(() => world.close());

describe('a run over a bad line', () => {
  it.each(CASES)('ends well and runs nothing twice when write $write fails: $fault', async ({ write, fault }) => {
    const name = `slow-${write}-${fault.toLowerCase()}`;
    const client = faultyClient(world.server.client, (number) => (number === write ? fault : undefined));
    const diagnostician = new ScriptedDiagnostician([diagnose('a file system is full', run('df', '-h')), blame()]);
    const log = createLogger({ name: 'operator', level: 'fatal' });
    const operator = new OperatorUnderTest(client, diagnostician, { log });
    try {
      await investigate(world.server.client, name);
      const { status, metadata } = await eventually(world.server.client, name, endedWith('RootCauseFound'));
      expect(status?.steps).toHaveLength(2);
      expect(client.writes()).toBeGreaterThan(write);
      const own = (await tasksOf(world.server.client)).filter(
        ({ metadata: each }) => each.ownerReferences?.[0]?.uid === metadata.uid,
      );
      expect(own).toHaveLength(2);
      expect(agent.answered.filter((task) => own.some((each) => each.metadata.name === task))).toHaveLength(2);
      // Once an answer is known no second model call is made for it.
      expect(diagnostician.asked).toHaveLength(2);
    } finally {
      await operator.stop();
    }
  });
});
