import { systemClock, type Clock } from '@nannyapi/process';

/** A clock that runs faster than the machine's, by a factor that may change. */
export interface HurriedClock extends Clock {
  /** From now on it is so many times faster; timers that are set keep their end. */
  hurry(factor: number): void;
}

/**
 * The machine's clock, so many times faster: a minute of patience passes in a fraction of a second.
 *
 * For tests with real connections, whose end no fake clock can know of.
 */
export function hurriedClock(initialFactor: number): HurriedClock {
  const startTime = Date.now();
  let factor = initialFactor;
  let baseMs = 0;
  let sinceMs = performance.now();
  const elapsedMs = (): number => baseMs + (performance.now() - sinceMs) * factor;
  return {
    now: () => new Date(startTime + elapsedMs()),
    monotonicMs: elapsedMs,
    sleep: (ms, options) => systemClock.sleep(ms / factor, options),
    setTimer: (ms, fn) => systemClock.setTimer(ms / factor, fn),
    hurry: (next) => {
      baseMs = elapsedMs();
      sinceMs = performance.now();
      factor = next;
    },
  };
}
