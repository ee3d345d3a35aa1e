import { FakeClock } from '@nannyapi/process';
import { beforeEach, describe, expect, it } from 'vitest';
import { LeaseRoom } from '../../testing/simulated-election.ts';
import { KubeApiError } from '../client/kube-api-error.ts';
import { LeaseLock, type Attempt, type LeaseClient } from './lease-lock.ts';

const CALL = { signal: new AbortController().signal, deadlineMs: 5_000 };

let clock: FakeClock;
let room: LeaseRoom;
let requests: string[];

beforeEach(() => {
  clock = new FakeClock();
  room = new LeaseRoom();
  requests = [];
});

/** A line to the room on which each answer takes so long. */
function line(answerMs = 0): LeaseClient {
  const answer = async <R>(verb: string, act: () => R): Promise<R> => {
    requests.push(verb);
    const result = act();
    await clock.sleep(answerMs);
    return result;
  };
  return {
    get: () => answer('get', () => room.get()),
    create: (lease) => answer('create', () => room.create(lease)),
    update: (lease) => answer('update', () => room.update(lease)),
    watch: () => {
      throw new KubeApiError({ code: 'Forbidden', message: 'No watch', status: 403 });
    },
  };
}

function lockOf(identity: string, leases = line()): LeaseLock {
  return new LeaseLock({ leases, namespace: 'default', name: 'x', identity, leaseDurationSeconds: 15, clock });
}

async function attempt(lock: LeaseLock): Promise<Attempt> {
  const attempted = lock.attempt(CALL);
  await Promise.allSettled([attempted, clock.advance(0)]);
  return attempted;
}

describe('LeaseLock', () => {
  it('dates what it holds from when the write was sent, however late its answer comes', async () => {
    const taken = lockOf('slow', line(2_000)).attempt(CALL);
    await clock.advance(2_000);
    expect(clock.monotonicMs()).toBe(2_000);
    expect(await taken).toMatchObject({ held: true, sent: { monotonicMs: 0 } });
  });

  it('renews with one request, and reads again after a failure', async () => {
    const lock = lockOf('me');
    await attempt(lock);
    requests.length = 0;
    await attempt(lock);
    expect(requests).toEqual(['update']);
    room.update({ ...room.get(), metadata: { ...room.get().metadata, labels: { touched: 'yes' } } });
    await expect(attempt(lock)).rejects.toMatchObject({ code: 'Conflict' });
    requests.length = 0;
    expect(await attempt(lock)).toMatchObject({ held: true });
    expect(requests).toEqual(['get', 'update']);
    expect(room.get().metadata.labels).toEqual({ touched: 'yes' });
  });

  it("waits for another's lease from each renewal that it sees, and takes it when none comes", async () => {
    const [first, second] = [lockOf('first'), lockOf('second')];
    await attempt(first);
    expect(await attempt(second)).toEqual({ held: false, waitMs: 15_000, holder: 'first' });
    await clock.advance(10_000);
    await attempt(first);
    expect(await attempt(second)).toEqual({ held: false, waitMs: 15_000, holder: 'first' });
    await clock.advance(14_999);
    expect(await attempt(second)).toMatchObject({ held: false, waitMs: 1 });
    await clock.advance(1);
    expect(await attempt(second)).toMatchObject({ held: true });
    expect(await attempt(first).catch((error: unknown) => error)).toMatchObject({ code: 'Conflict' });
    expect(await attempt(first)).toMatchObject({ held: false, holder: 'second' });
  });

  it('is not told by its wall clock that a lease is old', async () => {
    let stepMs = 0;
    const stepping = {
      now: () => new Date(clock.now().getTime() + stepMs),
      monotonicMs: () => clock.monotonicMs(),
      sleep: clock.sleep.bind(clock),
      setTimer: clock.setTimer.bind(clock),
    };
    await attempt(lockOf('first'));
    const second = new LeaseLock({
      leases: line(),
      namespace: 'default',
      name: 'x',
      identity: 'second',
      leaseDurationSeconds: 15,
      clock: stepping,
    });
    await attempt(second);
    stepMs = 3_600_000;
    expect(await attempt(second)).toMatchObject({ held: false, waitMs: 15_000 });
  });

  it('releases what it holds, and nothing else', async () => {
    const [first, second] = [lockOf('first'), lockOf('second')];
    await attempt(first);
    const released = second.release(CALL);
    await clock.advance(0);
    await released;
    expect(room.get().spec?.holderIdentity).toBe('first');
    const releasing = first.release(CALL);
    await clock.advance(0);
    await releasing;
    expect(room.get().spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(await attempt(second)).toMatchObject({ held: true });
    expect(room.get().spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  });
});
