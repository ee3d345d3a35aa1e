import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench } from '../testing/agent-process.ts';
import { FakeControlPlane, type SeenTask } from '../testing/fake-control-plane.ts';
import { listProcesses } from './host/process-table.ts';

const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });
const DEADLINE = { timeout: 20_000, interval: 10 };

describe('the agent under kill -9', () => {
  let fake: FakeControlPlane;
  let bench: AgentBench;

  beforeEach(async () => {
    fake = await FakeControlPlane.start();
    bench = await AgentBench.create(fake);
  });

  afterEach(async () => {
    await bench.close();
    await fake.stop();
  });

  const ended = async (seen: SeenTask) => {
    await vi.waitFor(() => expect(seen.results, bench.stderr).not.toHaveLength(0), DEADLINE);
    return seen.results[0]!;
  };
  const startsOf = (seen: SeenTask) =>
    bench.log.filter(({ msg, taskID }) => msg === 'Started task' && taskID === seen.task.uid).length;

  it('ends as Unknown what it died in, keeps what had ended, and starts nothing again', async () => {
    const first = bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'uname'), run('a2', 'vmstat', '1', '9'), run('a3', 'uptime')] });
    await vi.waitFor(async () => {
      const journal = await bench.journal();
      expect(journal.some(({ entry, actionID }) => entry === 'ActionStarted' && actionID === 'a2')).toBe(true);
    }, DEADLINE);
    await bench.kill(first);
    const orphan = (await bench.journal()).find(({ actionID }) => actionID === 'a2') as { pid: number };
    bench.start();
    const result = await ended(seen);
    expect(result).toMatchObject({
      outcome: 'Unknown',
      results: [
        { actionID: 'a1', outcome: 'Succeeded', preview: 'Linux\n' },
        { actionID: 'a2', outcome: 'Unknown' },
      ],
    });
    expect(startsOf(seen)).toBe(1);
    expect((await listProcesses()).some(({ pid }) => pid === orphan.pid)).toBe(false);
    expect(await vmstatsLeft()).toEqual([]);
    expect(fake.complaints).toEqual([]);
  });

  it('sends a result again until it is acknowledged, also as another process', async () => {
    fake.fault = ({ path }) => (path.endsWith('/result') ? { status: 503, code: 'Unavailable' } : undefined);
    const first = bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'uname')] });
    await vi.waitFor(async () => {
      expect((await bench.journal()).some(({ entry }) => entry === 'Ended')).toBe(true);
    }, DEADLINE);
    await bench.kill(first);
    expect(seen.results).toHaveLength(0);
    fake.fault = () => undefined;
    bench.start();
    expect(await ended(seen)).toMatchObject({ outcome: 'Succeeded', results: [{ preview: 'Linux\n' }] });
    expect(startsOf(seen)).toBe(1);
    await vi.waitFor(async () => {
      expect((await bench.journal()).some(({ entry }) => entry === 'Acknowledged')).toBe(true);
    }, DEADLINE);
  });

  it('reports Unknown for a task that was claimed under another journal, without running it', async () => {
    const claim = { journalID: '00000000-0000-4000-8000-000000000000', time: new Date().toISOString() };
    const seen = fake.addTask({ actions: [run('a1', 'uname')] }, { claim });
    bench.start();
    expect(await ended(seen)).toMatchObject({ outcome: 'Unknown', results: [] });
    expect(startsOf(seen)).toBe(0);
  });

  it('starts no task twice, wherever it is killed', async () => {
    const seen: SeenTask[] = [];
    // Different moments: before the claim, around the start, within an action, around the result.
    for (const delayMs of [350, 450, 550, 620, 680, 740, 800, 900]) {
      const agent = bench.start();
      for (let n = 0; n < 3; n += 1)
        seen.push(fake.addTask({ actions: [run('a1', 'uname'), run('a2', 'vmstat', '1', '2')] }));
      // The moment of death is the subject of this test, so it is a matter of time and not of an event.
      await new Promise((resolve) => void setTimeout(resolve, delayMs));
      await bench.kill(agent);
    }
    bench.start();
    for (const task of seen) await ended(task);
    expect(seen.filter((task) => startsOf(task) > 1)).toEqual([]);
    for (const { results, progress } of seen) {
      expect(['Succeeded', 'Unknown']).toContain(results[0]?.outcome);
      expect(
        progress.filter(({ state, actionID }) => state === 'Started' && actionID === 'a1').length,
      ).toBeLessThanOrEqual(1);
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    }
    expect(fake.complaints).toEqual([]);
  }, 60_000);

  it('takes tasks again after the control plane died and came back', async () => {
    bench.start();
    await vi.waitFor(() => expect(fake.connections).toBe(1), DEADLINE);
    await fake.stop();
    const seen = fake.addTask({ actions: [run('a1', 'uname')] });
    await fake.listen();
    expect(await ended(seen)).toMatchObject({ outcome: 'Succeeded' });
  });

  it('ends with its standard input when it is told to, at once and without losing what it knows', async () => {
    const agent = bench.start('--exit-with-stdin');
    const seen = fake.addTask({ actions: [run('a1', 'vmstat', '1', '9')] });
    await vi.waitFor(() => expect(seen.progress).not.toHaveLength(0), DEADLINE);
    await fake.stop();
    const exited = once(agent, 'exit');
    agent.stdin?.end();
    expect(await exited).toEqual([0, null]);
    const entries = await bench.journal();
    expect(entries).toContainEqual(expect.objectContaining({ entry: 'Ended', uid: seen.task.uid }));
    await fake.listen();
    bench.start();
    expect(await ended(seen)).toMatchObject({ outcome: 'Cancelled' });
  });

  it('ends when it is told to although its parent keeps its standard input open', async () => {
    const agent = bench.start('--exit-with-stdin');
    await vi.waitFor(() => expect(fake.connections).toBe(1), DEADLINE);
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('does not share its state folder with a second agent', async () => {
    bench.start();
    await vi.waitFor(() => expect(fake.connections).toBe(1), DEADLINE);
    const second = bench.start();
    await vi.waitFor(() => expect(second.exitCode).toBe(1), DEADLINE);
    expect(JSON.stringify(bench.log)).toContain('StateInUse');
  });
});

async function vmstatsLeft(): Promise<number[]> {
  const processes = await listProcesses();
  const names = await Promise.all(
    processes.map(async ({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return processes.filter((_, index) => names[index]?.includes('vmstat\u00001\u00009')).map(({ pid }) => pid);
}
