import { Registry } from 'prom-client';
import { gauge } from '../metrics.ts';

/** What an election tells about itself. */
export interface ElectionMetrics {
  leads(isLeading: boolean): void;
}

/** `leader_election_master_status` of one lease, as client-go calls it. */
export function createElectionMetrics(name: string, registry: Registry = new Registry()): ElectionMetrics {
  const status = gauge(registry, {
    name: 'leader_election_master_status',
    help: '1 while this process holds the lease, 0 while it stands by.',
    labelNames: ['name'],
  });
  status.set({ name }, 0);
  return { leads: (isLeading) => status.set({ name }, isLeading ? 1 : 0) };
}
