/** Elections inside one process, against the embedded API server. */
import { systemClock, type Clock } from '@nannyapi/process';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import { LeaderElection, type LeaderElectionOptions } from './leader-election.ts';
import { LeaseResource, type Lease } from './lease.ts';

const WAIT = { timeout: 10_000, interval: 10 };
const REF = { namespace: 'default', name: 'operator' };
/** Long enough that a slow machine loses no lease. */
const BRISK = { leaseDurationSeconds: 30, renewDeadlineSeconds: 20, retryPeriodSeconds: 0.2 };
const SHORT = { leaseDurationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.2 };

let dataDir: string;
let server: TestApiServer;
let client: KubeClient;
let stop: AbortController;
let running: Promise<unknown>[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-election-'));
  server = await startTestApiServer({ dataDir, crds: [] });
  const { url, caPem, adminToken: token } = server;
  client = createKubeClient({ server: { url, caPem, token }, userAgent: 'nanny-test', log: silentLog });
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running);
  await client.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A candidate that works until its signal aborts. */
function stand(more: Partial<LeaderElectionOptions> = {}): { election: LeaderElection; ended: Promise<unknown> } {
  const election = new LeaderElection({
    leases: client.resource<Lease>(LeaseResource),
    lease: REF,
    hostname: 'host',
    timing: BRISK,
    clock: systemClock,
    log: silentLog,
    ...more,
  });
  const ended = election.lead(stop.signal, aborted).catch((error: unknown) => error);
  running.push(ended);
  return { election, ended };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function lease(): Promise<Lease> {
  return client.resource<Lease>(LeaseResource).get(REF);
}

async function untilRenewed(): Promise<void> {
  const { spec } = await lease();
  await vi.waitFor(async () => expect((await lease()).spec?.renewTime).not.toBe(spec?.renewTime), WAIT);
}

describe('LeaderElection', () => {
  it('takes a new lease, renews it, tells so, and gives it back when stopped', async () => {
    const registry = new Registry();
    const { election } = stand({ registry });
    await vi.waitFor(() => expect(election.isLeading()).toBe(true), WAIT);
    const taken = await lease();
    expect(taken.spec).toMatchObject({
      holderIdentity: election.identity,
      leaseDurationSeconds: 30,
      leaseTransitions: 0,
      acquireTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    expect(await registry.metrics()).toContain('leader_election_master_status{name="operator"} 1');
    await untilRenewed();
    expect((await lease()).spec?.acquireTime).toBe(taken.spec?.acquireTime);
    stop.abort();
    await Promise.all(running);
    expect((await lease()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(await registry.metrics()).toContain('leader_election_master_status{name="operator"} 0');
  });

  it('does not care that the clocks of candidates are hours apart', async () => {
    const skewed = (ms: number): Clock => ({
      ...systemClock,
      now: () => new Date(systemClock.now().getTime() + ms),
    });
    const first = stand({ clock: skewed(-7_200_000) });
    await vi.waitFor(() => expect(first.election.isLeading()).toBe(true), WAIT);
    const second = stand({ clock: skewed(7_200_000) });
    await vi.waitFor(() => expect(second.election.leader).toBe(first.election.identity), WAIT);
    for (let renewals = 0; renewals < 5; renewals++) await untilRenewed();
    expect([first.election.isLeading(), second.election.isLeading()]).toEqual([true, false]);
  });

  it('keeps the lead through an outage of the API server that is shorter than its renew deadline', async () => {
    const { election } = stand();
    await vi.waitFor(() => expect(election.isLeading()).toBe(true), WAIT);
    const before = await lease();
    await server.close();
    server = await startTestApiServer({ dataDir, crds: [], port: Number(new URL(server.url).port) });
    await untilRenewed();
    expect(election.isLeading()).toBe(true);
    expect((await lease()).spec).toMatchObject({ acquireTime: before.spec?.acquireTime, leaseTransitions: 0 });
  });

  it('ends its term with LeadershipLost when the API server stays away', async () => {
    const { election, ended } = stand({ timing: SHORT });
    await vi.waitFor(() => expect(election.isLeading()).toBe(true), WAIT);
    await server.close();
    expect(await ended).toMatchObject({ code: 'LeadershipLost' });
    expect(election.isLeading()).toBe(false);
    server = await startTestApiServer({ dataDir, crds: [], port: Number(new URL(server.url).port) });
  });

  it('ends its term at the next renewal when somebody else holds the lease', async () => {
    const { election, ended } = stand();
    await vi.waitFor(() => expect(election.isLeading()).toBe(true), WAIT);
    await client.resource<Lease>(LeaseResource).patch(REF, { spec: { holderIdentity: 'usurper' } });
    expect(await ended).toMatchObject({ code: 'LeadershipLost' });
    expect((await lease()).spec?.holderIdentity).toBe('usurper');
  });

  it('makes the lease anew when somebody deletes it, and lets no candidate that knew it in before', async () => {
    const first = stand();
    await vi.waitFor(() => expect(first.election.isLeading()).toBe(true), WAIT);
    const second = stand();
    await vi.waitFor(() => expect(second.election.leader).toBe(first.election.identity), WAIT);
    await client.resource<Lease>(LeaseResource).delete(REF);
    await vi.waitFor(lease, WAIT);
    expect((await lease()).spec?.holderIdentity).toBe(first.election.identity);
    expect(first.election.isLeading()).toBe(true);
  });

  it('keeps the lease while its work drains, and releases it only then', async () => {
    const drained = Promise.withResolvers<void>();
    const election = new LeaderElection({
      leases: client.resource<Lease>(LeaseResource),
      lease: REF,
      hostname: 'host',
      timing: BRISK,
      clock: systemClock,
      log: silentLog,
    });
    running.push(election.lead(stop.signal, () => drained.promise));
    await vi.waitFor(() => expect(election.isLeading()).toBe(true), WAIT);
    stop.abort();
    await untilRenewed();
    expect((await lease()).spec?.holderIdentity).toBe(election.identity);
    using permit = election.guard.admit();
    expect(permit.signal.aborted).toBe(false);
    permit[Symbol.dispose]();
    drained.resolve();
    await Promise.all(running);
    expect((await lease()).spec?.holderIdentity).toBe('');
    expect(() => election.guard.admit()).toThrow('Refused to write');
  });

  it('is unhealthy when its loop no longer comes round', async () => {
    let aheadMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
    const never = new Promise<never>(() => undefined);
    const hanging = { ...client.resource<Lease>(LeaseResource), get: () => never, watch: async function* none() {} };
    const { election } = stand({ clock, leases: hanging as unknown as LeaderElectionOptions['leases'] });
    await vi.waitFor(() => expect(election.problem()).toBeUndefined(), WAIT);
    aheadMs = 60_000;
    expect(election.problem()).toMatch(/has not come round for 60 s/);
    running = [];
  });
});
