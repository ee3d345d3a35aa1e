import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench } from '../testing/agent-process.ts';
import { FakeControlPlane, type SeenTask } from '../testing/fake-control-plane.ts';

const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });
/** A port that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
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

  it('is ready while it is connected, and alive in any case', async () => {
    const port = await freePort();
    bench.environment = { NANNYAPI_AGENT_PROBE_PORT: String(port) };
    bench.start();
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), DEADLINE);
    await fake.stop();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), DEADLINE);
    expect(await status('/healthz')).toBe(200);
    await fake.listen();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), DEADLINE);
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
