import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench } from '../testing/agent-process.ts';
import { FakeControlPlane, type SeenTask } from '../testing/fake-control-plane.ts';

const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });
const DEADLINE = { timeout: 20_000, interval: 20 };

describe('the agent, as a process, against a strict control plane', () => {
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

  it('runs commands in order and reports what they said', async () => {
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'uname', '-s'), run('a2', 'cat', '/proc/loadavg')] });
    const result = await ended(seen);
    expect(result).toMatchObject({ outcome: 'Succeeded' });
    expect(result.results[0]).toMatchObject({
      actionID: 'a1',
      source: 'uname -s',
      outcome: 'Succeeded',
      exitCode: 0,
      preview: 'Linux\n',
      truncated: false,
      outputBytes: 6,
      digest: `sha256:${createHash('sha256').update('Linux\n').digest('hex')}`,
    });
    expect(result.results[1]?.preview).toMatch(/^\d+\.\d+ /);
    await vi.waitFor(
      () => expect(seen.progress.map(({ state }) => state)).toEqual(['Started', 'Ended', 'Started', 'Ended']),
      DEADLINE,
    );
    expect(fake.complaints).toEqual([]);
  });

  it('collects context and maps each item to a result', async () => {
    bench.start();
    const seen = fake.addTask({ type: 'CollectContext', collectContext: { sampleSeconds: 1 } });
    const result = await ended(seen);
    expect(result.outcome, JSON.stringify(bench.log.slice(-3))).toBe('Succeeded');
    expect(result.results.map(({ actionID }) => actionID)).toContain('cpu');
    expect(fake.complaints).toEqual([]);
  });

  it('sends heartbeats with facts and capabilities', async () => {
    bench.start();
    await vi.waitFor(() => expect(fake.heartbeats).not.toHaveLength(0), DEADLINE);
    expect(fake.heartbeats[0]).toMatchObject({ facts: { platform: 'linux' }, capabilities: {} });
    expect(fake.heartbeats[0]?.capabilities.tools).toContain('cat');
    expect(fake.complaints).toEqual([]);
  });

  it('refuses by its own policy, and names the rule', async () => {
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'rm', '-rf', '/')] });
    const result = await ended(seen);
    expect(result).toMatchObject({ outcome: 'Refused', results: [{ outcome: 'Refused' }] });
    expect(result.results[0]?.message).toMatch(/^command-name/);
  });

  it('drains on SIGTERM: kills what runs, reports it and exits 0', async () => {
    const agent = bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'vmstat', '1', '8')] });
    await vi.waitFor(() => expect(seen.progress).not.toHaveLength(0), DEADLINE);
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(seen.results[0]).toMatchObject({ outcome: 'Cancelled', results: [{ outcome: 'Cancelled' }] });
  });
});
