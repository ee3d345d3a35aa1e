/** What the leader election needs of a server: versions as preconditions, and a watch of one lease by its name. */
import { createLogger, systemClock } from '@nannyapi/process';
import { LeaderElection, LeaseResource, type Lease } from '@nannyapi/runtime';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { onEachServer } from './servers.ts';

const WAIT = { timeout: 20_000, interval: 20 };
/** So long that only a release hands the lease over within a test. */
const LONG = { leaseDurationSeconds: 600, renewDeadlineSeconds: 500, retryPeriodSeconds: 0.5 };

onEachServer((server) => {
  const stops: (() => Promise<void>)[] = [];

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });

  function stand(namespace: string, retryPeriodSeconds = LONG.retryPeriodSeconds) {
    const election = new LeaderElection({
      leases: server.client.resource<Lease>(LeaseResource),
      lease: { namespace, name: 'contract' },
      hostname: 'contract',
      timing: { ...LONG, retryPeriodSeconds },
      clock: systemClock,
      log: createLogger({ name: 'election', level: 'silent' }),
    });
    const stop = new AbortController();
    const done = election.lead(
      stop.signal,
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    );
    const end = async (): Promise<void> => {
      stop.abort();
      await done;
    };
    stops.push(end);
    return { election, end };
  }

  describe('a leader election', () => {
    it('has one of three lead, renew, and hand over when it stops, to whom the watch tells it', async () => {
      const namespace = await server.createNamespace();
      const first = stand(namespace);
      await vi.waitFor(() => expect(first.election.isLeading()).toBe(true), WAIT);
      const others = [stand(namespace, 300), stand(namespace, 300)];
      await vi.waitFor(() => {
        expect(others.map(({ election }) => election.leader)).toEqual([
          first.election.identity,
          first.election.identity,
        ]);
      }, WAIT);
      const lease = () => server.client.resource<Lease>(LeaseResource).get({ namespace, name: 'contract' });
      const before = await lease();
      await vi.waitFor(async () => expect((await lease()).spec?.renewTime).not.toBe(before.spec?.renewTime), WAIT);
      await first.end();
      await vi.waitFor(() => {
        expect(others.filter(({ election }) => election.isLeading())).toHaveLength(1);
      }, WAIT);
      expect((await lease()).spec).toMatchObject({ leaseTransitions: 1, leaseDurationSeconds: 600 });
    });

    it('gives a lease that two take at once to one', async () => {
      const namespace = await server.createNamespace();
      const all = Array.from({ length: 8 }, () => stand(namespace));
      await vi.waitFor(() => {
        expect(all.filter(({ election }) => election.isLeading())).toHaveLength(1);
        expect(new Set(all.map(({ election }) => election.leader)).size).toBe(1);
      }, WAIT);
    });
  });
});
