import type { Lease } from '@nannyapi/runtime';

/**
 * Tells from repeated looks at a lease whether its holder still lives.
 *
 * Like a candidate it trusts no foreign clock: a holder counts as gone once the lease has not changed for its whole
 * duration, measured from the first look that found it so.
 */
export class LeaseObservation {
  #version: string | undefined;
  #sinceMs = 0;

  /**
   * @param lease as it is now; `undefined` when there is none
   * @param nowMs milliseconds of a clock that never goes back
   * @returns the holder while it may still write, else `undefined`
   */
  holderAt(lease: Lease | undefined, nowMs: number): string | undefined {
    const holder = lease?.spec?.holderIdentity;
    if (lease === undefined || holder === undefined || holder === '') return undefined;
    if (lease.metadata.resourceVersion !== this.#version) {
      this.#version = lease.metadata.resourceVersion;
      this.#sinceMs = nowMs;
    }
    const durationMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    return nowMs - this.#sinceMs < durationMs ? holder : undefined;
  }
}
