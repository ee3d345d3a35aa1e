import type { LeaseSpec } from './lease.ts';

/** What a candidate knows of a lease. */
export interface LeaseView {
  /** Absent: there is none. */
  spec: LeaseSpec | undefined;
  /** What it said when it was last there; a lease that somebody deleted still binds whoever saw it. */
  lastSpec: LeaseSpec | undefined;
  /** Milliseconds, by the candidate's own clock, for which it has seen the lease say the same. */
  unchangedMs: number;
}

/** What to do about a lease now. */
export type LeaseStep =
  /** Nobody's: take it. */
  | { do: 'take' }
  /** Ours: keep it. */
  | { do: 'renew' }
  /** Another's, for so many milliseconds unless it is renewed. */
  | { do: 'wait'; ms: number; holder: string };

/**
 * Decides what a candidate does about a lease.
 *
 * The times in the lease are never compared with a clock of ours, since two machines never agree on the time. A
 * candidate takes a lease only after it has itself watched it stand unchanged for the whole duration that its
 * holder promised to renew it in. The rule is that of client-go.
 */
export function decide(view: LeaseView, identity: string): LeaseStep {
  const { spec, lastSpec, unchangedMs } = view;
  const { holderIdentity: holder = '', leaseDurationSeconds = 0 } = spec ?? lastSpec ?? {};
  if (spec && holder === identity) return { do: 'renew' };
  const ms = leaseDurationSeconds * 1000 - unchangedMs;
  if (holder === '' || holder === identity || ms <= 0) return { do: 'take' };
  return { do: 'wait', ms, holder };
}
