import type { Clock } from '@nannyapi/process';

/** A moment on two clocks, for the one that each of them may miss. */
export interface Instant {
  monotonicMs: number;
  wallMs: number;
}

/** This moment. */
export function instantOf(clock: Clock): Instant {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.now().getTime() };
}

/**
 * Milliseconds since a moment, and rather too many than too few: the longer of what both clocks say. That is right for
 * who must stop in time, and wrong for who waits for another to have stopped.
 *
 * The monotonic clock runs on while the process is stopped (SIGSTOP, a debugger, no CPU), but on Linux it stands
 * still while the machine sleeps; the wall clock does not. A wall clock set back is overruled by the monotonic one,
 * one set forward costs a leader its term and does no harm beyond. A virtual machine whose both clocks stand still
 * while it is frozen looks to itself as if no time had passed: see ADR 0011 for what then still protects.
 */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
