/** Real processes that stand for election at the embedded API server, and are killed and stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContenderOptions } from '../../testing/contender-process.ts';
import type { KubeObject } from '../objects.ts';
import { LeaseResource, type Lease } from './lease.ts';

interface ConfigMap extends KubeObject {
  data: { writer: string };
}

const PROGRAM = join(import.meta.dirname, '../../testing/contender-process.ts');
const ConfigMapResource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const WAIT = { timeout: 20_000, interval: 10 };
const SHORT = { leaseDurationSeconds: 5, renewDeadlineSeconds: 4, retryPeriodSeconds: 0.3 };

class Contender {
  readonly process: ChildProcess;
  readonly told: string[] = [];

  constructor(options: ContenderOptions) {
    this.process = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.told.push(line));
  }

  get pid(): string {
    return String(this.process.pid);
  }

  async hasTold(line: string): Promise<void> {
    await vi.waitFor(() => {
      if (!this.told.includes(line)) throw new Error(`Told ${this.told.join(', ')}, not yet ${line}`);
    }, WAIT);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

let server: TestApiServer;
let contenders: Contender[];
let name: string;
let stop: AbortController;
/** Who wrote, in the order of the writes, without repetitions. */
let writers: string[];

beforeAll(async () => {
  server = await startTestApiServer({ crds: [] });
});
afterAll(() => server.close());

beforeEach(async ({ task }) => {
  contenders = [];
  writers = [];
  name = `lease-${task.id.replaceAll(/[^0-9a-z]/g, '-')}`;
  stop = new AbortController();
  const maps = server.client.resource<ConfigMap>(ConfigMapResource);
  const created = await maps.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name },
    data: { writer: 'nobody' },
  });
  void follow(created.metadata.resourceVersion ?? '');

  async function follow(resourceVersion: string): Promise<void> {
    const query = { namespace: 'default', fieldSelector: `metadata.name=${name}`, resourceVersion };
    for await (const event of maps.watch(query, { signal: stop.signal })) {
      if (event.type !== 'MODIFIED') continue;
      const { writer } = event.object.data;
      if (writer !== writers.at(-1)) writers.push(writer);
    }
  }
});
afterEach(async () => {
  stop.abort();
  await Promise.all(contenders.map((contender) => contender.kill()));
});

function start(count: number, timing: ContenderOptions['timing']): void {
  const { url, caPem, adminToken: token } = server;
  for (let index = 0; index < count; index++) {
    contenders.push(new Contender({ server: { url, caPem, token }, name, timing }));
  }
}

async function lease(): Promise<Lease> {
  return server.client.resource<Lease>(LeaseResource).get({ namespace: 'default', name });
}

/** The first contender that has said that it leads, other than those. */
async function leader(...others: Contender[]): Promise<Contender> {
  return vi.waitFor(() => {
    const found = contenders.find(
      ({ told }, index) => told.includes('leading') && !others.includes(contenders[index]!),
    );
    return found ?? Promise.reject(new Error('Nobody leads'));
  }, WAIT);
}

describe('contending processes', () => {
  it('has one of three lead, and another one when it is killed', async ({ annotate }) => {
    start(3, SHORT);
    const first = await leader();
    await vi.waitFor(() => expect(writers).toEqual([first.pid]), WAIT);
    expect((await lease()).spec?.holderIdentity).toMatch(new RegExp(`^pid-${first.pid}_[0-9a-f-]{36}$`));
    const killedMs = systemClock.monotonicMs();
    await first.kill();
    const second = await leader(first);
    await annotate(`fail-over after kill -9: ${Math.round(systemClock.monotonicMs() - killedMs)} ms of a 5 s lease`);
    await vi.waitFor(() => expect(writers).toEqual([first.pid, second.pid]), WAIT);
    expect((await lease()).spec).toMatchObject({ leaseTransitions: 1 });
    expect(contenders.filter(({ told }) => told.includes('leading'))).toHaveLength(2);
  });

  it('writes nothing after it was stopped for longer than its lease and goes on', async () => {
    start(2, SHORT);
    const first = await leader();
    await vi.waitFor(() => expect(writers).toEqual([first.pid]), WAIT);
    first.process.kill('SIGSTOP');
    const second = await leader(first);
    await vi.waitFor(() => expect(writers).toEqual([first.pid, second.pid]), WAIT);
    first.process.kill('SIGCONT');
    await first.hasTold('ended LeadershipLost');
    expect(first.told).toContain('refused true');
    const { metadata } = await lease();
    await vi.waitFor(
      async () => expect((await lease()).metadata.resourceVersion).not.toBe(metadata.resourceVersion),
      WAIT,
    );
    expect(writers).toEqual([first.pid, second.pid]);
  });

  it('hands over at once when asked to stop, without waiting for a retry period', async ({ annotate }) => {
    start(1, { leaseDurationSeconds: 600, renewDeadlineSeconds: 500, retryPeriodSeconds: 300 });
    const first = await leader();
    start(1, { leaseDurationSeconds: 600, renewDeadlineSeconds: 500, retryPeriodSeconds: 300 });
    const second = contenders[1]!;
    await vi.waitFor(() => expect(writers).toEqual([first.pid]), WAIT);
    await second.hasTold('standing by');
    const askedMs = systemClock.monotonicMs();
    first.process.kill('SIGTERM');
    await second.hasTold('leading');
    await annotate(`hand-over after SIGTERM: ${Math.round(systemClock.monotonicMs() - askedMs)} ms`);
    await first.hasTold('ended');
    await vi.waitFor(() => expect(writers).toEqual([first.pid, second.pid]), WAIT);
  });
});
