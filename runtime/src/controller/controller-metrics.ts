import { Registry } from 'prom-client';
import { counter, gauge, histogram } from '../metrics.ts';

/** How a pass ended, as the label `result` tells it. */
export type PassResult =
  | 'success'
  | 'requeue_after'
  | 'suspended'
  | 'conflict'
  | 'error'
  | 'terminal_error'
  | 'aborted';

/** What a controller tells about itself, bound to its name. */
export interface ControllerMetrics {
  passStarted(): void;
  passEnded(result: PassResult, seconds: number): void;
}

/** The `nannyapi_reconcile_*` metrics of one controller, shaped like those of controller-runtime. */
export function createControllerMetrics(name: string, registry: Registry = new Registry()): ControllerMetrics {
  const labelNames = ['controller'] as const;
  const total = counter(registry, {
    name: 'nannyapi_reconcile_total',
    help: 'Passes by result.',
    labelNames: ['controller', 'result'],
  });
  const duration = histogram(registry, {
    name: 'nannyapi_reconcile_duration_seconds',
    help: 'Time of a pass, status patch included.',
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10, 60, 300],
  });
  const active = gauge(registry, {
    name: 'nannyapi_reconcile_active_workers',
    help: 'Workers in a pass.',
    labelNames,
  });
  const labels = { controller: name };
  return {
    passStarted: () => active.inc(labels),
    passEnded: (result, seconds) => {
      active.dec(labels);
      total.inc({ ...labels, result });
      duration.observe(labels, seconds);
    },
  };
}
