import type { Clock, Timer } from '@nannyapi/process';
import { KubeApiError } from '../client/kube-api-error.ts';
import type { WriteGuard, WritePermit } from '../client/write-guard.ts';
import { elapsedMs, instantOf, type Instant } from './instant.ts';

/** One term of leadership, from the lease's taking to its loss or release. */
interface Term {
  readonly abort: AbortController;
  /** When the request was sent that last renewed the lease. The server cannot have seen it earlier. */
  renewed: Instant;
  /** Still led, but no new write may begin: the lease is about to be released. */
  isClosing: boolean;
  timer: Timer | undefined;
}

/**
 * Lets writes through while this process is known to hold the lease.
 *
 *     (closed) ──begin──► open ──close──► closing ──end──► (closed)
 *                          │ renew ↺         │
 *                          └── the renew deadline passed, or the lease is another's ──► (closed)
 *
 * Whether the deadline has passed is worked out anew for every write. A timer would come too late in a process that
 * was stopped for a while: I/O that became ready meanwhile may run before it.
 */
export class Fence implements WriteGuard {
  readonly #clock: Clock;
  readonly #renewDeadlineMs: number;
  #term: Term | undefined;
  #underWay = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: { clock: Clock; renewDeadlineMs: number }) {
    this.#clock = options.clock;
    this.#renewDeadlineMs = options.renewDeadlineMs;
  }

  /** Begins a term. @param sent when the write that took the lease was sent. @returns what aborts when the term ends. */
  begin(sent: Instant): AbortSignal {
    this.end('a new term began');
    const term = { abort: new AbortController(), renewed: sent, isClosing: false, timer: undefined };
    this.#term = term;
    this.#arm(term);
    return term.abort.signal;
  }

  /** Prolongs the term. @param sent when the write that renewed the lease was sent. */
  renew(sent: Instant): void {
    // A renewal that comes after the deadline cannot mend it: others may have led meanwhile.
    if (!this.isLeading() || !this.#term) return;
    this.#term.renewed = sent;
    this.#arm(this.#term);
  }

  /** Lets no new write begin; those under way go on. */
  close(): void {
    if (this.#term) this.#term.isClosing = true;
  }

  /** Ends the term and aborts the writes that are under way. */
  end(why: string): void {
    const term = this.#term;
    if (!term) return;
    this.#term = undefined;
    term.timer?.cancel();
    term.abort.abort(notLeading(why));
  }

  /** Whether the lease is known to be ours in this very moment. */
  isLeading(): boolean {
    if (this.remainingMs() > 0) return true;
    this.end('the lease could not be renewed in time');
    return false;
  }

  /** Milliseconds until the renew deadline; 0 when it has passed or there is no term. */
  remainingMs(): number {
    if (!this.#term) return 0;
    return Math.max(0, this.#renewDeadlineMs - elapsedMs(this.#term.renewed, instantOf(this.#clock)));
  }

  /** @throws KubeApiError `NotLeading` (503) when this process does not lead, or is about to let go. */
  admit(): WritePermit {
    if (!this.isLeading() || !this.#term) throw notLeading('this process does not hold the lease');
    if (this.#term.isClosing) throw notLeading('this process is about to release the lease');
    this.#underWay += 1;
    let isReleased = false;
    return {
      signal: this.#term.abort.signal,
      [Symbol.dispose]: () => {
        if (isReleased) return;
        isReleased = true;
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#idle.resolve();
      },
    };
  }

  /** Resolves once no admitted write is under way. Meant for after {@link close}, when their number only falls. */
  async settled(): Promise<void> {
    while (this.#underWay > 0) {
      this.#idle = Promise.withResolvers();
      await this.#idle.promise;
    }
  }

  /** So that work learns of the loss also when it writes nothing. */
  #arm(term: Term): void {
    term.timer?.cancel();
    // Whole milliseconds, so that a timer that fires a hair too early is not set again for nothing, and again.
    term.timer = this.#clock.setTimer(Math.ceil(this.remainingMs()), () => {
      if (this.#term === term && this.isLeading()) this.#arm(term);
    });
  }
}

function notLeading(why: string): KubeApiError {
  return new KubeApiError({ code: 'NotLeading', message: `Refused to write: ${why}`, status: 503 });
}
