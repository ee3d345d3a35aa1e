import { systemClock, type Clock } from '@nannyapi/process';

/**
 * The machine's clock, so many times faster: a minute of patience passes in a fraction of a second.
 *
 * For tests with real connections, whose end no fake clock can know of.
 */
export function hurriedClock(factor: number): Clock {
  const startTime = Date.now();
  const startMs = performance.now();
  const elapsedMs = (): number => (performance.now() - startMs) * factor;
  return {
    now: () => new Date(startTime + elapsedMs()),
    monotonicMs: elapsedMs,
    sleep: (ms, options) => systemClock.sleep(ms / factor, options),
    setTimer: (ms, fn) => systemClock.setTimer(ms / factor, fn),
  };
}
