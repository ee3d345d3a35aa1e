import type { Clock } from '@nannyapi/process';
import type { Finding } from '../../diagnosticians/diagnostician.ts';

/** How long a new step may go untold, in milliseconds: no eye is faster. */
const QUIET_MS = 50;
/** How long steps that follow each other at once may go untold together, in milliseconds. */
const MAX_QUIET_MS = 1_000;

interface Untold {
  sinceMs: number;
  dueMs: number;
  findings: Finding[];
}

/**
 * New steps that do not stand in the status of their run yet.
 *
 * Next to a new step its status is no hurry, and the write of the one would be in the way of the other. A step that ends at
 * once is told together with the next. Nothing is lost when this memory is: the status is worked out from the tasks.
 */
export class UntoldProgress {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #byUID = new Map<string, Untold>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Notes a new step and what the rules found before it. */
  note(uid: string, findings: Finding[]): void {
    const nowMs = this.#clock.monotonicMs();
    const sinceMs = this.#byUID.get(uid)?.sinceMs ?? nowMs;
    this.#byUID.set(uid, { sinceMs, dueMs: Math.min(nowMs + QUIET_MS, sinceMs + MAX_QUIET_MS), findings });
  }

  /** Seconds until the status is due; 0 when it may be written now. */
  quietSeconds(uid: string): number {
    const untold = this.#byUID.get(uid);
    return untold === undefined ? 0 : Math.max(0, untold.dueMs - this.#clock.monotonicMs()) / 1000;
  }

  /** The findings that go with the status that is written now; `undefined` when there are no new ones. */
  take(uid: string): Finding[] | undefined {
    const untold = this.#byUID.get(uid);
    this.#byUID.delete(uid);
    return untold?.findings;
  }
}
