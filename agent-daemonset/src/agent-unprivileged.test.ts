import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentBench, MAIN } from '../testing/agent-process.ts';
import { FakeControlPlane, type SeenTask } from '../testing/fake-control-plane.ts';

const SOMEBODY = 65_533;
const canBecomeSomebody =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(MAIN)})`], {
    uid: SOMEBODY,
    cwd: '/',
  }).status === 0;
const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });

describe.runIf(canBecomeSomebody)(
  'the agent without root (needs root to become somebody, and sources that all may read)',
  () => {
    let fake: FakeControlPlane;
    let bench: AgentBench;
    beforeEach(async () => {
      fake = await FakeControlPlane.start();
      bench = await AgentBench.create(fake, SOMEBODY);
    });
    afterEach(async () => {
      await bench.close();
      await fake.stop();
    });

    const ended = async (seen: SeenTask) => {
      await vi.waitFor(() => expect(seen.results, bench.stderr).not.toHaveLength(0), { timeout: 20_000 });
      return seen.results[0]!;
    };

    it('does what it can and names what is missing for the rest', async () => {
      bench.start();
      const seen = fake.addTask({
        actions: [
          run('a1', 'uname'),
          run('a2', 'cat', '/proc/meminfo'),
          run('a3', 'ss', '-tlnp'),
          { id: 't1', trace: { program: 'interval:s:1 { @ = count(); }', durationSeconds: 1 } },
        ],
      });
      const { outcome, results } = await ended(seen);
      expect(outcome).toBe('Succeeded');
      expect(results[0]).toMatchObject({ outcome: 'Succeeded', preview: 'Linux\n' });
      expect(results[1]).toMatchObject({ outcome: 'Succeeded', preview: expect.stringContaining('MemTotal') });
      expect(results[2]).toMatchObject({
        outcome: 'NotAvailable',
        message: expect.stringContaining('run the agent as root'),
      });
      expect(results[3]).toMatchObject({ outcome: 'NotAvailable' });
      await vi.waitFor(() => expect(fake.heartbeats).not.toEqual([]), 10_000);
      expect(fake.heartbeats[0]?.capabilities).toMatchObject({ privilege: 'Unprivileged' });
      expect(fake.heartbeats[0]?.capabilities.missing?.join('\n')).toMatch(/^root: /);
      expect(fake.complaints).toEqual([]);
    });

    it('collects context', async () => {
      bench.start();
      const seen = fake.addTask({ type: 'CollectContext', collectContext: { sampleSeconds: 1 } });
      const { outcome, results } = await ended(seen);
      expect(outcome).toBe('Succeeded');
      expect(results.length).toBeGreaterThan(5);
      expect(fake.complaints).toEqual([]);
    });

    it('leaves nothing running when it is killed and started again', async () => {
      const first = bench.start();
      const seen = fake.addTask({ actions: [run('a1', 'vmstat', '1', '9')] });
      await vi.waitFor(async () => expect((await bench.journal()).some(({ pid }) => pid !== undefined)).toBe(true), {
        timeout: 20_000,
      });
      await bench.kill(first);
      bench.start();
      expect(await ended(seen)).toMatchObject({ outcome: 'Unknown', results: [{ outcome: 'Unknown' }] });
    });
  },
);
