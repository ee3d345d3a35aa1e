/** Two operators as they run in a cluster: processes of their own, of which one leads. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LeaseResource, type Lease } from '@nannyapi/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually, investigate } from '../testing/operator-under-test.ts';
import { TestWorld } from '../testing/test-world.ts';
import { plainAnswers } from '../testing/tiny-agent.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const WAIT = { timeout: 30_000, interval: 25 };
const LEASE = { namespace: 'default', name: 'nannyapi-operator' };

class OperatorProcess {
  readonly process: ChildProcess;
  readonly lines: Record<string, unknown>[] = [];

  constructor(kubeconfigPath: string, env: Record<string, string> = {}) {
    this.process = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        NANNYAPI_OPERATOR_KUBECONFIG: kubeconfigPath,
        NANNYAPI_OPERATOR_PROBE_HOST: '127.0.0.1',
        NANNYAPI_OPERATOR_PROBE_PORT: '0',
        NANNYAPI_OPERATOR_LEASE_DURATION_SECONDS: '6',
        NANNYAPI_OPERATOR_RENEW_DEADLINE_SECONDS: '4',
        NANNYAPI_OPERATOR_RETRY_PERIOD_SECONDS: '1',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface({ input: this.process.stderr! }).on('line', (line) => {
      this.lines.push(line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { line });
    });
  }

  async ask(path: string): Promise<[number, string]> {
    const { port } = this.lines.find(({ msg }) => msg === 'Serving health and metrics') ?? {};
    if (!Number.isInteger(port)) throw new Error(`Not serving yet: ${JSON.stringify(this.lines)}`);
    const answer = await fetch(`http://127.0.0.1:${port as number}${path}`);
    return [answer.status, await answer.text()];
  }

  async untilReady(): Promise<void> {
    await vi.waitFor(async () => {
      const [status, text] = await this.ask('/readyz');
      if (status !== 200) throw new Error(text);
    }, WAIT);
  }

  async leads(): Promise<boolean> {
    return (await this.ask('/metrics'))[1].includes('leader_election_master_status{name="nannyapi-operator"} 1');
  }

  /** @returns the exit status; `null` after a signal that it does not handle. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit') as Promise<[number | null]>;
    this.process.kill(signal);
    return (await exited)[0];
  }
}

let world: TestWorld;
let operators: OperatorProcess[];

beforeEach(async () => {
  world = await TestWorld.start();
  operators = [1, 2].map(() => new OperatorProcess(world.server.kubeconfigPath));
  await Promise.all(operators.map((operator) => operator.untilReady()));
});
afterEach(async () => {
  await Promise.all(operators.map((operator) => operator.end('SIGKILL')));
  await world.close();
});

/** The one that leads, and the one that stands by. */
async function roles(): Promise<[OperatorProcess, OperatorProcess]> {
  const [first, second] = operators;
  return vi.waitFor(async () => {
    const leading = [await first!.leads(), await second!.leads()];
    expect(leading.filter(Boolean)).toHaveLength(1);
    return leading[0] ? [first!, second!] : [second!, first!];
  }, WAIT);
}

describe('two operator processes', () => {
  it('finish a run although the one that began it is killed', async () => {
    const { client } = world.server;
    const [leader, standby] = await roles();
    expect(await standby.ask('/healthz?verbose')).toEqual([200, expect.stringContaining('[+]leader-election ok')]);
    await world.startAgent((task) => {
      // It dies with the answer to its first task on the way.
      leader.process.kill('SIGKILL');
      return plainAnswers(task);
    });
    await investigate(client, 'slow');
    const { status } = await eventually(client, 'slow', (run) => run.status?.completionTime !== undefined, 40_000);
    expect(status?.resolution?.verdict).toBeDefined();
    expect(await standby.leads()).toBe(true);
  });

  it('hand over when the leader is asked to stop, which ends well', async () => {
    const [leader, standby] = await roles();
    expect(await leader.end('SIGTERM')).toBe(0);
    await vi.waitFor(async () => expect(await standby.leads()).toBe(true), WAIT);
    const { spec } = await world.server.client.resource<Lease>(LeaseResource).get(LEASE);
    expect(spec).toMatchObject({ leaseTransitions: 1, leaseDurationSeconds: 6 });
  });

  it('refuse times that cannot work, naming what is wrong', async () => {
    const broken = new OperatorProcess(world.server.kubeconfigPath, { NANNYAPI_OPERATOR_RENEW_DEADLINE_SECONDS: '6' });
    operators.push(broken);
    await vi.waitFor(() => expect(broken.process.exitCode).toBe(1), WAIT);
    expect(broken.lines.at(-1)).toEqual({
      line: expect.stringMatching(/leaseDurationSeconds must be more than .*\[InvalidConfig\]$/),
    });
  });
});
