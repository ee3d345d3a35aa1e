import type { Clock } from '@nannyapi/process';
import { Histogram, Registry } from 'prom-client';
import type { Diagnostician } from './diagnostician.ts';

/** Bounds in seconds: rules answer in a millisecond, models in up to minutes. */
const BUCKETS_SECONDS = [0.005, 0.05, 0.5, 1, 2, 5, 10, 20, 40, 80, 160];

/** Measures how long a diagnostician takes to answer, and how often it does not; without a registry nobody sees it. */
export function measured(
  diagnostician: Diagnostician,
  deps: { clock: Clock; registry?: Registry | undefined },
): Diagnostician {
  const { clock, registry = new Registry() } = deps;
  const seconds = new Histogram({
    name: 'nannyapi_diagnostician_seconds',
    help: 'How long the diagnostician took to choose a move, by its name and by whether it answered.',
    labelNames: ['diagnostician', 'result'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const { name } = diagnostician;
  return {
    name,
    async next(input, call) {
      const startMs = clock.monotonicMs();
      let result = 'failed';
      try {
        const reply = await diagnostician.next(input, call);
        result = 'answered';
        return reply;
      } finally {
        if (call.signal.aborted) result = 'aborted';
        seconds.observe({ diagnostician: name, result }, (clock.monotonicMs() - startMs) / 1000);
      }
    },
  };
}
