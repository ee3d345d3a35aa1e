import type { KubeObject, ResourceType } from '../objects.ts';

/** What a lease says of its holder; times are `metav1.MicroTime`. */
export interface LeaseSpec {
  /** Empty or absent: nobody holds it. */
  holderIdentity?: string;
  /** Seconds without a renewal after which others may take it. */
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  /** How often the holder changed. */
  leaseTransitions?: number;
}

/** `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

/** Leases as the API server serves them. */
export const LeaseResource: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** Who takes or renews a lease, and when. */
export interface Holding {
  identity: string;
  leaseDurationSeconds: number;
  /** Wall-clock time. It is told to people and other programs; our own decisions never look at it. */
  now: Date;
}

/** The spec with which a lease is taken from another holder, from nobody, or for the first time. */
export function takenSpec(holding: Holding, previous: LeaseSpec | undefined): LeaseSpec {
  const { identity, leaseDurationSeconds, now } = holding;
  return {
    ...previous,
    holderIdentity: identity,
    leaseDurationSeconds,
    acquireTime: microTime(now),
    renewTime: microTime(now),
    leaseTransitions: previous ? (previous.leaseTransitions ?? 0) + 1 : 0,
  };
}

/** The spec by which its holder keeps a lease. */
export function renewedSpec(holding: Holding, previous: LeaseSpec): LeaseSpec {
  const { identity, leaseDurationSeconds, now } = holding;
  return { ...previous, holderIdentity: identity, leaseDurationSeconds, renewTime: microTime(now) };
}

/** The spec by which its holder lets go of a lease, so that the next one need not wait. */
export function releasedSpec(previous: LeaseSpec, now: Date): LeaseSpec {
  // The shortest duration allowed: a client that looks at the duration alone finds the lease expired at once.
  return { ...previous, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}

/** `metav1.MicroTime`: exactly six digits of a second, of which the clock knows three. */
function microTime(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000Z`;
}
