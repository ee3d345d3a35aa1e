import { systemClock, type Clock } from '@nannyapi/process';

/** The clock of the machine, which a test sets forward; its timers run in real time. For programs that talk to others. */
export class ShiftedClock implements Clock {
  #shiftMs = 0;

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#shiftMs);
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#shiftMs;
  }

  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void> {
    return systemClock.sleep(ms, options);
  }

  setTimer(ms: number, fn: () => void): ReturnType<Clock['setTimer']> {
    return systemClock.setTimer(ms, fn);
  }

  /** Lets that much time pass at once. */
  shift(seconds: number): void {
    this.#shiftMs += seconds * 1000;
  }
}
