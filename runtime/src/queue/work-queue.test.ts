import { FakeClock } from '@nannyapi/process';
import * as fc from 'fast-check';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';
import { WorkQueue } from './work-queue.ts';

let clock: FakeClock;
let queue: WorkQueue;

beforeEach(() => {
  clock = new FakeClock();
  queue = new WorkQueue({ name: 'test', clock, limiter: new RateLimiter({ baseDelayMs: 10, maxDelayMs: 1000 }) });
});

describe('WorkQueue', () => {
  it('gives keys in the order in which they were added, each once', async () => {
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(queue.length).toBe(3);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['a', 'b', 'c']);
  });

  it('holds back a key that a worker has, and gives it again when that worker is done', async () => {
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
    expect(await queue.get()).toBe('a');
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  it('hands a key to a waiting worker at once, the longest waiting first', async () => {
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    expect(await first).toBe('a');
    expect(await second).toBe('b');
  });

  it('loses no key to a worker whose signal aborted', async () => {
    const controller = new AbortController();
    const waiting = queue.get({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    queue.add('a');
    expect(await queue.get()).toBe('a');
    await expect(queue.get({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('adds a key later, at the earliest of the times asked for', async () => {
    queue.addAfter('a', 100);
    queue.addAfter('a', 50);
    queue.addAfter('a', 200);
    await clock.advance(49);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('adds a key at once when the delay is zero or less', () => {
    queue.addAfter('a', 0);
    queue.addAfter('b', -5);
    expect(queue.length).toBe(2);
  });

  it('holds back a failing key longer each time, until it is forgotten', async () => {
    for (const delayMs of [10, 20, 40]) {
      queue.addRateLimited('a');
      await clock.advance(delayMs - 1);
      expect(queue.length).toBe(0);
      await clock.advance(1);
      expect(await queue.get()).toBe('a');
      queue.done('a');
    }
    expect(queue.failures('a')).toBe(3);
    queue.forget('a');
    queue.addRateLimited('a');
    await clock.advance(10);
    expect(queue.length).toBe(1);
  });

  it('gives what is queued and then undefined after it was shut down, and takes nothing more', async () => {
    queue.add('a');
    queue.addAfter('b', 10);
    queue.shutDown();
    queue.add('c');
    queue.addAfter('d', 1);
    expect(await queue.get()).toBe('a');
    expect(await queue.get()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('wakes waiting workers when it is shut down', async () => {
    const waiting = [queue.get(), queue.get()];
    queue.shutDown();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  });

  it('takes no notice of a key that is done but that nobody has', () => {
    queue.add('a');
    queue.done('a');
    queue.done('b');
    expect(queue.length).toBe(1);
  });

  it('tells depth, adds, retries and times', async () => {
    const registry = new Registry();
    const told = new WorkQueue({ name: 'w', clock, registry });
    told.add('a');
    told.add('a');
    told.addRateLimited('b');
    await clock.advance(2000);
    await told.get();
    told.done('a');
    const text = await registry.metrics();
    expect(text).toContain('nannyapi_workqueue_depth{name="w"} 1');
    expect(text).toContain('nannyapi_workqueue_adds_total{name="w"} 2');
    expect(text).toContain('nannyapi_workqueue_retries_total{name="w"} 1');
    expect(text).toContain('nannyapi_workqueue_queue_duration_seconds_sum{name="w"} 2');
    expect(text).toContain('nannyapi_workqueue_work_duration_seconds_count{name="w"} 1');
  });
});

type Step =
  | { do: 'add' | 'addAfter' | 'fail'; key: string; delayMs: number }
  | { do: 'advance'; ms: number }
  | { do: 'finish'; index: number };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add', 'addAfter', 'fail'), key, delayMs: fc.nat(50) }),
  fc.record({ do: fc.constant('advance'), ms: fc.nat(100) }),
  fc.record({ do: fc.constant('finish'), index: fc.nat(5) }),
);

/** Three workers on one queue; each holds its key until it is told to finish. */
class Workers {
  readonly held: string[] = [];
  /** Keys that changed since a worker last took them. */
  readonly owed = new Set<string>();
  readonly #queue: WorkQueue;

  constructor(queue: WorkQueue) {
    this.#queue = queue;
    for (let worker = 0; worker < 3; worker++) void this.#take();
  }

  finish(index: number): void {
    const [held] = this.held.splice(index % this.held.length, 1);
    if (held === undefined) return;
    this.#queue.done(held);
    void this.#take();
  }

  async #take(): Promise<void> {
    const taken = await this.#queue.get();
    if (taken === undefined) return;
    if (this.held.includes(taken)) throw new Error(`Two workers hold ${taken}`);
    this.owed.delete(taken);
    this.held.push(taken);
  }
}

describe('WorkQueue under any order of events', () => {
  it('loses no key and never gives one to two workers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new FakeClock();
        const queue = new WorkQueue({ name: 'test', clock });
        const workers = new Workers(queue);
        for (const each of steps) {
          await perform(each, { clock, queue, workers });
          // Promises of handed-out keys settle before the next step, as they would between two events.
          await clock.advance(0);
          expect(new Set(workers.held).size).toBe(workers.held.length);
        }
        await clock.advance(1_000_000);
        for (let rounds = 0; rounds < 20; rounds++) {
          workers.finish(0);
          await clock.advance(0);
        }
        expect([...workers.owed]).toEqual([]);
        expect(queue.length).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

async function perform(
  step: Step,
  { clock, queue, workers }: { clock: FakeClock; queue: WorkQueue; workers: Workers },
): Promise<void> {
  switch (step.do) {
    case 'advance':
      await clock.advance(step.ms);
      return;
    case 'finish':
      workers.finish(step.index);
      return;
    case 'add':
      workers.owed.add(step.key);
      queue.add(step.key);
      return;
    case 'addAfter':
      workers.owed.add(step.key);
      queue.addAfter(step.key, step.delayMs);
      return;
    case 'fail':
      workers.owed.add(step.key);
      queue.addRateLimited(step.key);
  }
}
