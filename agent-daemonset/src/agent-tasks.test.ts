import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench } from '../testing/agent-process.ts';
import { FakeControlPlane, type SeenTask } from '../testing/fake-control-plane.ts';

const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });
const DEADLINE = { timeout: 20_000, interval: 20 };
/** Prints more than 16 KiB on every Linux that can run the tests. */
const LARGE = ['ls', '-l', '/usr/bin'];

describe('tasks on their way through the agent', () => {
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
  const runs = async (seen: SeenTask) => vi.waitFor(() => expect(seen.progress).not.toHaveLength(0), DEADLINE);

  it('are neither lost nor run twice when one replica does not take the credentials for a while', async () => {
    const refusals = { claim: 2, result: 2 };
    fake.fault = ({ path }) => {
      const call = path.endsWith('/claim') ? 'claim' : path.endsWith('/result') ? 'result' : undefined;
      if (call === undefined || refusals[call] === 0) return undefined;
      refusals[call] -= 1;
      return { status: 403, code: 'Forbidden' };
    };
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'uname')] });
    expect(await ended(seen)).toMatchObject({ outcome: 'Succeeded' });
    expect(refusals).toEqual({ claim: 0, result: 0 });
    expect(seen.progress.filter(({ state }) => state === 'Started')).toHaveLength(1);
    expect(seen.results).toHaveLength(1);
  });

  it('send large output in chunks before the result, and its head in the preview', async () => {
    // The first try of each chunk fails, as on a control plane that restarts.
    const tried = new Set<string>();
    fake.fault = ({ path }) => {
      if (!path.includes('/output/') || tried.has(path)) return undefined;
      tried.add(path);
      return 'Drop';
    };
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', ...LARGE)] });
    const { results } = await ended(seen);
    const whole = fake.outputOf(seen, 'a1');
    expect(results[0]).toMatchObject({ outcome: 'Succeeded', truncated: false, outputBytes: Buffer.byteLength(whole) });
    expect(Buffer.byteLength(whole)).toBeGreaterThan(16 * 1024);
    expect(whole.startsWith(results[0]!.preview!)).toBe(true);
    expect(results[0]?.digest).toBe(`sha256:${createHash('sha256').update(whole).digest('hex')}`);
    expect(fake.complaints).toEqual([]);
  });

  it('mark output that the control plane would not take whole', async () => {
    fake.fault = ({ path }) => (path.includes('/output/') ? { status: 413, code: 'OutputTooLarge' } : undefined);
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', ...LARGE)] });
    expect((await ended(seen)).results[0]).toMatchObject({ outcome: 'Succeeded', truncated: true });
  });

  it('end at a cancel while they run', async () => {
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'vmstat', '1', '9'), run('a2', 'uname')] });
    await runs(seen);
    fake.push('cancel', { uid: seen.task.uid, reason: 'Cancelled' });
    const result = await ended(seen);
    expect(result).toMatchObject({
      outcome: 'Cancelled',
      results: [{ outcome: 'Cancelled' }, { outcome: 'Cancelled' }],
    });
  });

  it('are dropped without a word when they are deleted', async () => {
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'vmstat', '1', '9')] });
    await runs(seen);
    fake.tasks.delete(seen.task.uid);
    fake.push('cancel', { uid: seen.task.uid, reason: 'Deleted' });
    const next = fake.addTask({ actions: [run('a1', 'uname')] });
    expect((await ended(next)).outcome).toBe('Succeeded');
    await vi.waitFor(async () => {
      const entries = await bench.journal();
      expect(entries.some(({ entry, uid }) => entry === 'Acknowledged' && uid === seen.task.uid)).toBe(true);
    }, DEADLINE);
    expect(seen.results).toEqual([]);
  });

  it('end at their timeout, with what there is', async () => {
    bench.start();
    const seen = fake.addTask({ timeoutSeconds: 1, actions: [run('a1', 'uname'), run('a2', 'vmstat', '1', '9')] });
    const result = await ended(seen);
    expect(result.outcome).toBe('TimedOut');
    expect(result.results.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'TimedOut']);
  });

  it('are reported as Cancelled when they were cancelled, or too late, before they could be claimed', async () => {
    fake.fault = ({ path }) => (path.endsWith('/claim') ? { status: 409, code: 'TaskCancelled' } : undefined);
    bench.start();
    const seen = fake.addTask({ actions: [run('a1', 'uname')] });
    expect(await ended(seen)).toMatchObject({ outcome: 'Cancelled', results: [] });
  });

  it('are not started after their time, by the clock of the control plane', async () => {
    bench.start();
    const seen = fake.addTask({
      actions: [run('a1', 'uname')],
      notAfterTime: new Date(Date.now() - 1000).toISOString(),
    });
    expect(await ended(seen)).toMatchObject({ outcome: 'TimedOut', results: [] });
  });

  it('run side by side, each with its own result', async () => {
    bench.start();
    const seen = Array.from({ length: 6 }, (_, n) =>
      fake.addTask({ actions: [run('a1', 'uname'), run('a2', 'cat', `/proc/${n + 1}/comm`)] }),
    );
    for (const task of seen) expect((await ended(task)).outcome).toBe('Succeeded');
    expect(fake.complaints).toEqual([]);
  });

  it('survive events of a form that the agent does not know', async () => {
    bench.start();
    await vi.waitFor(() => expect(fake.connections).toBe(1), DEADLINE);
    fake.push('task', { nonsense: true });
    fake.push('novelty', {});
    const seen = fake.addTask({ actions: [run('a1', 'uname')] });
    expect((await ended(seen)).outcome).toBe('Succeeded');
  });
});
