import { isKubeError } from '../client/kube-api-error.ts';
import type { ResourceClient } from '../client/resource-client.ts';
import type { Clock } from '@nannyapi/process';
import { decide, type LeaseStep } from './decide.ts';
import { instantOf, type Instant } from './instant.ts';
import { releasedSpec, renewedSpec, takenSpec, type Lease, type LeaseSpec } from './lease.ts';

/** The verbs on leases that an election uses. */
export type LeaseClient = Pick<ResourceClient<Lease>, 'get' | 'create' | 'update' | 'watch'>;

/** What a {@link LeaseLock} needs. */
export interface LeaseLockOptions {
  /** Not a guarded one: the lease is what the guard is decided by. */
  leases: LeaseClient;
  namespace: string;
  name: string;
  identity: string;
  leaseDurationSeconds: number;
  clock: Clock;
}

/** How an attempt on the lease ended. */
export type Attempt =
  /** It is ours, by a write that was sent then. */
  { held: true; sent: Instant } | { held: false; waitMs: number; holder: string };

/** One lease as one candidate sees it: reads, takes, renews and releases it, and remembers how long it stood unchanged. */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  /** The lease as last read or written; absent when it is to be read anew. */
  #lease: Lease | undefined;
  #lastSpec: LeaseSpec | undefined;
  #said = '';
  /**
   * Since when it says so, by the monotonic clock alone: who waits for another must rather wait too long. A wall clock
   * that is set forward would make a fresh lease look old.
   */
  #sinceMs: number;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.monotonicMs();
  }

  /** Who held the lease when it was last seen; empty when nobody did. */
  get holder(): string {
    return this.#lastSpec?.holderIdentity ?? '';
  }

  /** Takes in a state of the lease that somebody else read, for example from a watch. */
  observe(lease: Lease | undefined): void {
    const said = JSON.stringify(lease?.spec ?? this.#lastSpec ?? {});
    if (said !== this.#said) {
      this.#said = said;
      this.#sinceMs = this.#options.clock.monotonicMs();
    }
    this.#lastSpec = lease?.spec ?? this.#lastSpec;
  }

  /** Takes or keeps the lease if that is our right. @throws KubeApiError; after it nobody knows whether the write happened. */
  async attempt(call: { signal: AbortSignal; deadlineMs: number }): Promise<Attempt> {
    const { identity } = this.#options;
    try {
      // Whoever holds the lease knows what it says, and saves the read.
      const known = this.#lease?.spec?.holderIdentity === identity ? this.#lease : undefined;
      const lease = known ?? (await this.#read(call));
      const step = this.#decide(lease);
      if (step.do === 'wait') return { held: false, waitMs: step.ms, holder: step.holder };
      return { held: true, sent: await this.#write(step, lease, call) };
    } catch (error) {
      this.#lease = undefined;
      throw error;
    }
  }

  /** Lets go of the lease. It stays another's if it is another's by now. @throws KubeApiError. */
  async release(call: { signal?: AbortSignal | undefined; deadlineMs: number }): Promise<void> {
    const lease = this.#lease ?? (await this.#read(call));
    if (lease?.spec?.holderIdentity !== this.#options.identity) return;
    const spec = releasedSpec(lease.spec, this.#options.clock.now());
    this.#lease = undefined;
    this.observe(await this.#options.leases.update({ ...lease, spec }, call));
  }

  #decide(lease: Lease | undefined): LeaseStep {
    const unchangedMs = this.#options.clock.monotonicMs() - this.#sinceMs;
    return decide({ spec: lease?.spec, lastSpec: this.#lastSpec, unchangedMs }, this.#options.identity);
  }

  async #read(call: { signal?: AbortSignal | undefined; deadlineMs: number }): Promise<Lease | undefined> {
    const { leases, namespace, name } = this.#options;
    this.#lease = undefined;
    try {
      this.#lease = await leases.get({ namespace, name }, call);
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
    this.observe(this.#lease);
    return this.#lease;
  }

  /** The resourceVersion makes taking safe: it fails if the lease changed since we looked. */
  async #write(
    step: LeaseStep,
    lease: Lease | undefined,
    call: { signal: AbortSignal; deadlineMs: number },
  ): Promise<Instant> {
    const { leases, clock, identity, leaseDurationSeconds, namespace, name } = this.#options;
    const sent = instantOf(clock);
    const holding = { identity, leaseDurationSeconds, now: clock.now() };
    const previous = lease?.spec ?? this.#lastSpec;
    const spec = step.do === 'renew' && previous ? renewedSpec(holding, previous) : takenSpec(holding, previous);
    const written = lease
      ? await leases.update({ ...lease, spec }, call)
      : await leases.create(
          { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec },
          call,
        );
    this.observe(written);
    this.#lease = written;
    return sent;
  }
}
