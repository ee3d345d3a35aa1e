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
    expect(text).toContain('workqueue_depth{name="w"} 1');
    expect(text).toContain('workqueue_adds_total{name="w"} 2');
    expect(text).toContain('workqueue_retries_total{name="w"} 1');
    expect(text).toContain('workqueue_queue_duration_seconds_sum{name="w"} 2');
    expect(text).toContain('workqueue_work_duration_seconds_count{name="w"} 1');
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

describe('WorkQueue with a hot key, a storm of failures and a long first list', () => {
  it('gives every other key its turn before one that changes all the time comes again', async () => {
    for (const key of ['hot', 'a', 'b', 'c']) queue.add(key);
    const given: (string | undefined)[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const key = await queue.get();
      given.push(key);
      queue.add('hot');
      queue.done(key ?? '');
    }
    expect(given).toEqual(['hot', 'a', 'b', 'c', 'hot', 'hot']);
  });

  it('lets changes overtake a first list, which yet goes on', async () => {
    for (let index = 0; index < 3; index++) queue.add(`listed-${index}`, 'low');
    for (let index = 0; index < 20; index++) queue.add(`changed-${index}`);
    const given: (string | undefined)[] = [];
    for (let turn = 0; turn < 23; turn++) given.push(await queue.get());
    expect(given[0]).toBe('changed-0');
    expect([8, 17, 22].map((turn) => given[turn])).toEqual(['listed-0', 'listed-1', 'listed-2']);
  });

  it('moves a listed key ahead when it changes, and never back', async () => {
    queue.add('a', 'low');
    queue.add('b', 'low');
    queue.add('b');
    queue.add('b', 'low');
    expect(queue.length).toBe(2);
    expect([await queue.get(), await queue.get()]).toEqual(['b', 'a']);
  });

  it('spreads the retries of all keys together, and delays no fresh change for them', async () => {
    queue = new WorkQueue({ name: 'test', clock, retries: { perSecond: 10, burst: 2 } });
    for (const key of ['a', 'b', 'c', 'd']) queue.addRateLimited(key);
    queue.add('fresh');
    expect(queue.length).toBe(1);
    await clock.advance(5);
    expect(queue.length).toBe(3);
    await clock.advance(95);
    expect(queue.length).toBe(4);
    await clock.advance(100);
    expect(queue.length).toBe(5);
  });

  it('drains: what is queued or worked on is done first, what comes meanwhile is refused', async () => {
    queue.add('a');
    queue.add('b');
    await queue.get();
    let isDrained = false;
    const drained = queue.shutDownWithDrain().then(() => (isDrained = true));
    queue.add('c');
    queue.done('a');
    await clock.advance(0);
    expect(isDrained).toBe(false);
    expect(await queue.get()).toBe('b');
    queue.done('b');
    await drained;
    expect(await queue.get()).toBeUndefined();
  });

  it('shows work that does not end while it does not end', async () => {
    const registry = new Registry();
    const stuck = new WorkQueue({ name: 'w', clock, registry });
    stuck.add('a');
    stuck.add('b');
    await stuck.get();
    await clock.advance(30_000);
    await stuck.get();
    await clock.advance(10_000);
    const text = await registry.metrics();
    expect(text).toContain('workqueue_unfinished_work_seconds{name="w"} 50');
    expect(text).toContain('workqueue_longest_running_processor_seconds{name="w"} 40');
    stuck.shutDown();
    stuck.done('a');
    stuck.done('b');
    expect(await registry.metrics()).not.toContain('workqueue_unfinished_work_seconds{name="w"}');
  });
});

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

type Addition = { key: string; priority: 'normal' | 'low' };

/** Which keys a single worker gets, by the rules and without their implementation: no time, no waiting. */
function expectedOrder(additions: readonly Addition[]): string[] {
  const order = new Map<string, { at: number; priority: string }>();
  for (const [at, { key, priority }] of additions.entries()) {
    const present = order.get(key);
    if (!present || (present.priority === 'low' && priority === 'normal')) order.set(key, { at, priority });
  }
  const lane = (wanted: string) =>
    [...order].filter(([, { priority }]) => priority === wanted).toSorted(([, a], [, b]) => a.at - b.at);
  const [normal, low] = [lane('normal'), lane('low')];
  const given: string[] = [];
  for (let passed = 0; normal.length + low.length > 0; passed++) {
    const isLowsTurn = normal.length === 0 || (low.length > 0 && passed % 9 === 8);
    given.push((isLowsTurn ? low : normal).shift()![0]);
  }
  return given;
}

describe('WorkQueue given any additions', () => {
  it('gives each key once, equals in the order in which they came', async () => {
    const addition = fc.record({
      key: fc.integer({ min: 0, max: 30 }).map(String),
      priority: fc.constantFrom<'normal' | 'low'>('normal', 'low'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(addition, { maxLength: 60 }), async (additions) => {
        const queue = new WorkQueue({ name: 'test', clock: new FakeClock() });
        for (const { key, priority } of additions) queue.add(key, priority);
        queue.shutDown();
        const given: string[] = [];
        for (let key = await queue.get(); key !== undefined; key = await queue.get()) given.push(key);
        expect(given).toEqual(expectedOrder(additions));
      }),
    );
  });

  it('holds a key back twice as long after each failure, and as at first after it was forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), async (before, after) => {
        const clock = new FakeClock();
        const queue = new WorkQueue({ name: 'test', clock });
        const delays = async (failures: number): Promise<number[]> => {
          const waits: number[] = [];
          for (let failure = 0; failure < failures; failure++) {
            queue.addRateLimited('a');
            waits.push(clock.nextTimerMs ?? 0);
            await clock.advance(waits.at(-1) ?? 0);
            queue.done((await queue.get()) ?? '');
          }
          return waits;
        };
        const expected = (failures: number) => Array.from({ length: failures }, (_, index) => 5 * 2 ** index);
        expect(await delays(before)).toEqual(expected(before));
        queue.forget('a');
        expect(await delays(after)).toEqual(expected(after));
      }),
      { numRuns: 30 },
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
