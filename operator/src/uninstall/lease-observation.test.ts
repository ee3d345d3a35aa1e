import type { Lease } from '@nannyapi/runtime';
import { describe, expect, it } from 'vitest';
import { LeaseObservation } from './lease-observation.ts';

function lease(resourceVersion: string, holderIdentity = 'pod-1'): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'nannyapi-operator', namespace: 'nannyapi', resourceVersion },
    spec: { holderIdentity, leaseDurationSeconds: 15 },
  };
}

describe('LeaseObservation', () => {
  it('finds no holder without a lease, and when the holder has let go', () => {
    const observation = new LeaseObservation();
    expect(observation.holderAt(undefined, 0)).toBeUndefined();
    expect(observation.holderAt(lease('1', ''), 0)).toBeUndefined();
  });

  it('believes in a holder until the lease has not changed for its whole duration', () => {
    const observation = new LeaseObservation();
    expect(observation.holderAt(lease('1'), 0)).toBe('pod-1');
    expect(observation.holderAt(lease('1'), 14_999)).toBe('pod-1');
    expect(observation.holderAt(lease('1'), 15_000)).toBeUndefined();
  });

  it('begins anew with each renewal', () => {
    const observation = new LeaseObservation();
    observation.holderAt(lease('1'), 0);
    expect(observation.holderAt(lease('2'), 14_000)).toBe('pod-1');
    expect(observation.holderAt(lease('2'), 28_000)).toBe('pod-1');
    expect(observation.holderAt(lease('2'), 29_000)).toBeUndefined();
  });
});
