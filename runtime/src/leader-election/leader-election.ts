import { randomUUID } from 'node:crypto';
import { abortable, abortReason, CodedError, withDeadline, type Clock, type Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import { isKubeError } from '../client/kube-api-error.ts';
import type { WriteGuard } from '../client/write-guard.ts';
import type { Leadership } from '../manager.ts';
import { createElectionMetrics, type ElectionMetrics } from './election-metrics.ts';
import { checkedTiming, JITTER_RATIO, type ElectionTiming } from './election-timing.ts';
import { Fence } from './fence.ts';
import { elapsedMs, instantOf, type Instant } from './instant.ts';
import { LeaseLock, type Attempt, type LeaseClient } from './lease-lock.ts';
import { watchLease } from './lease-watch.ts';
import { pause } from './pause.ts';

/** What a {@link LeaderElection} needs. */
export interface LeaderElectionOptions {
  /** An unguarded client. */
  leases: LeaseClient;
  /** Which lease is led by. */
  lease: { namespace: string; name: string };
  /** Who this is, for people; a UUID is added, so that two processes on one host, or one after the other, differ. */
  hostname: string;
  timing?: Partial<ElectionTiming> | undefined;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  /** Numbers in [0, 1) for the spread of candidates. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/**
 * Lets one of several processes work at a time, by a Lease.
 *
 *     standing by ──the lease is free, or stood unchanged for its duration──► leading ──► work
 *                                                                              │ │
 *                 renew deadline passed, or the lease is another's: LeadershipLost │
 *                                      the signal aborts: work drains, lease is released
 *
 * The semantics are those of client-go, to which three things are added. {@link guard} refuses every write of the
 * leader's client that would leave after the renew deadline. A candidate watches the lease, so that a graceful
 * hand-over takes a round trip and not a retry period. And the lease is released only after the last write was answered.
 */
export class LeaderElection {
  /** `hostname_uuid`. */
  readonly identity: string;
  readonly #options: LeaderElectionOptions;
  readonly #timing: ElectionTiming;
  readonly #lock: LeaseLock;
  readonly #fence: Fence;
  readonly #log: Logger;
  readonly #metrics: ElectionMetrics;
  readonly #random: () => number;
  /** When the loop last came round; absent when it does not run. */
  #beat: Instant | undefined;

  /** @throws RangeError for a timing that cannot work. */
  constructor(options: LeaderElectionOptions) {
    const { clock, leases, lease } = options;
    this.#options = options;
    this.identity = `${options.hostname}_${randomUUID()}`;
    this.#timing = checkedTiming(options.timing);
    const { leaseDurationSeconds, renewDeadlineSeconds } = this.#timing;
    this.#lock = new LeaseLock({ leases, ...lease, identity: this.identity, leaseDurationSeconds, clock });
    this.#fence = new Fence({ clock, renewDeadlineMs: renewDeadlineSeconds * 1000 });
    this.#log = options.log.child({ lease: `${lease.namespace}/${lease.name}`, identity: this.identity });
    this.#metrics = createElectionMetrics(lease.name, options.registry);
    this.#random = options.random ?? Math.random;
  }

  /** Admits writes while this process leads; for `KubeClient.guarded`. */
  get guard(): WriteGuard {
    return this.#fence;
  }

  /** Whether this process is known to hold the lease in this very moment. */
  isLeading(): boolean {
    return this.#fence.isLeading();
  }

  /** Identity of who was last seen to lead; empty for nobody. */
  get leader(): string {
    return this.#lock.holder;
  }

  /** Why the election is not as it should be; `undefined` when it is, or when it does not run. */
  problem(): string | undefined {
    if (!this.#beat) return undefined;
    const silentSeconds = elapsedMs(this.#beat, instantOf(this.#options.clock)) / 1000;
    const allowedSeconds = this.#timing.leaseDurationSeconds + BEAT_SLACK_SECONDS;
    if (silentSeconds <= allowedSeconds) return undefined;
    return `the election has not come round for ${Math.round(silentSeconds)} s`;
  }

  /**
   * Waits until this process leads, then runs the work, for one term.
   *
   * When the signal aborts, the lease is renewed until the work has ended, and then released.
   *
   * @throws CodedError `LeadershipLost` after the term was lost and the work has ended: what a process remembers from
   *   its term is stale then, and a fresh process is the safe way back. Also whatever the work throws.
   */
  readonly lead: Leadership = async (signal, work) => {
    try {
      const term = await this.#acquire(signal);
      if (term) await this.#serve(term, signal, work);
    } finally {
      this.#beat = undefined;
    }
  };

  /** @returns the signal that aborts when the term is lost; `undefined` when the candidate was told to stop. */
  async #acquire(signal: AbortSignal): Promise<AbortSignal | undefined> {
    const { leases, lease, clock } = this.#options;
    const stopWatch = new AbortController();
    let woken = new AbortController();
    // It never rejects, and nothing of a new term shall wait for its end.
    void watchLease(
      { leases, ...lease, restartMs: this.#timing.retryPeriodSeconds * 2000, clock, log: this.#log },
      (seen) => {
        this.#lock.observe(seen);
        if (!seen?.spec?.holderIdentity) woken.abort();
      },
      stopWatch.signal,
    );
    try {
      while (!signal.aborted) {
        // News that comes during the attempt must not be slept through.
        woken = new AbortController();
        const attempt = await this.#attempt(signal);
        const term = attempt?.held ? this.#begin(attempt.sent) : undefined;
        if (term) return term;
        await pause(clock, this.#pauseMs(attempt), [signal, woken.signal]);
      }
      return undefined;
    } finally {
      stopWatch.abort();
    }
  }

  #begin(sent: Instant): AbortSignal | undefined {
    const term = this.#fence.begin(sent);
    if (!this.#fence.isLeading()) return undefined;
    this.#log.info('Leading');
    this.#metrics.leads(true);
    return term;
  }

  /** A candidate wakes when the lease runs out, and looks at it now and then before, as client-go does. */
  #pauseMs(attempt: Attempt | undefined): number {
    const periodMs = this.#timing.retryPeriodSeconds * 1000;
    const jitteredMs = periodMs * (1 + this.#random() * JITTER_RATIO);
    if (!attempt || attempt.held) return jitteredMs;
    return Math.min(jitteredMs, attempt.waitMs + periodMs * 0.1 * this.#random());
  }

  async #serve(term: AbortSignal, signal: AbortSignal, work: Parameters<Leadership>[1]): Promise<void> {
    const isDone = new AbortController();
    const renewing = this.#renew(term, isDone.signal);
    const stop = new AbortController();
    const onTerm = (): void => {
      this.#metrics.leads(false);
      stop.abort(abortReason(term));
    };
    const onSignal = (): void => stop.abort(abortReason(signal));
    term.addEventListener('abort', onTerm, { once: true });
    if (signal.aborted) onSignal();
    else signal.addEventListener('abort', onSignal, { once: true });
    try {
      await work(stop.signal);
    } finally {
      signal.removeEventListener('abort', onSignal);
      isDone.abort();
      await renewing;
      this.#metrics.leads(false);
      if (!term.aborted) await this.#release();
    }
    if (term.aborted && !signal.aborted) {
      throw new CodedError({ code: 'LeadershipLost', message: 'Another process may lead now', cause: term.reason });
    }
  }

  /** Keeps the lease until the term is over or the work is done. */
  async #renew(term: AbortSignal, isDone: AbortSignal): Promise<void> {
    while (!term.aborted && !isDone.aborted) {
      await pause(this.#options.clock, this.#timing.retryPeriodSeconds * 1000, [term, isDone]);
      if (!this.#fence.isLeading() || isDone.aborted) return;
      const attempt = await this.#attempt(term);
      if (attempt?.held) this.#fence.renew(attempt.sent);
      else if (attempt) this.#fence.end(`the lease is held by ${attempt.holder}`);
    }
  }

  /** @returns `undefined` when the API server could not be asked, or refused. */
  async #attempt(signal: AbortSignal): Promise<Attempt | undefined> {
    this.#beat = instantOf(this.#options.clock);
    try {
      return await this.#lock.attempt({ signal, deadlineMs: this.#tryMs() });
    } catch (error) {
      if (signal.aborted) return undefined;
      // Another candidate was faster.
      const isRace = isKubeError(error, 'Conflict', 'AlreadyExists');
      this.#log[isRace ? 'debug' : 'warn']({ err: error }, 'Could not get hold of the lease');
      return undefined;
    }
  }

  async #writesSettled(): Promise<boolean> {
    using limit = withDeadline(this.#fence.remainingMs(), { clock: this.#options.clock });
    try {
      await abortable(this.#fence.settled(), limit.signal);
      return true;
    } catch {
      // Only the deadline ends the wait early.
      return false;
    }
  }

  /** Half the renew deadline: a try that hangs leaves time for another one. */
  #tryMs(): number {
    return (this.#timing.renewDeadlineSeconds * 1000) / 2;
  }

  /** Ends the term such that the next leader may begin at once: no write of ours may come after its first. */
  async #release(): Promise<void> {
    this.#fence.close();
    const isSettled = await this.#writesSettled();
    this.#fence.end('the lease was released');
    if (!isSettled) {
      this.#log.warn('A write is still under way, so the lease is left to run out');
      return;
    }
    try {
      await this.#lock.release({ deadlineMs: this.#tryMs() });
      this.#log.info('Released the lease');
    } catch (error) {
      this.#log.warn({ err: error }, 'Could not release the lease: it will run out');
    }
  }
}

/** How much longer than a lease the loop may take to come round before it counts as dead. */
const BEAT_SLACK_SECONDS = 20;
