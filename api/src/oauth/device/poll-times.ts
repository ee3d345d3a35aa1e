import type { Clock } from '@nannyapi/process';
import { BoundedMap } from '@nannyapi/runtime';

/** What a client that came too early waits longer from then on, in seconds (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** Longest interval, in seconds; whoever polls on regardless must not be locked out for good. */
const MAX_INTERVAL_SECONDS = 60;
/** What a poll may be early: networks deliver one later and the next sooner. */
const SLACK_MS = 500;
/** Codes whose polls are remembered; more than may be pending in all. */
const MAX_CODES = 20_000;

interface Polls {
  lastMs: number;
  intervalMs: number;
}

/**
 * When each client polled last, as this replica saw it.
 *
 * It is not shared: what replicas could gain by it is not worth a write for each poll.
 */
export class PollTimes {
  readonly #clock: Clock;
  readonly #polls = new BoundedMap<Polls>(MAX_CODES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Notes a poll.
   *
   * @returns whether it came too early; if so, the client must leave five seconds more before this and all later ones.
   */
  note(code: string, intervalSeconds: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const last = this.#polls.get(code);
    const intervalMs = last?.intervalMs ?? intervalSeconds * 1000;
    const isEarly = last !== undefined && nowMs - last.lastMs < intervalMs - SLACK_MS;
    const nextMs = Math.min(intervalMs + SLOW_DOWN_SECONDS * 1000, Math.max(intervalMs, MAX_INTERVAL_SECONDS * 1000));
    this.#polls.set(code, { lastMs: nowMs, intervalMs: isEarly ? nextMs : intervalMs });
    return isEarly;
  }
}
