import { Registry } from 'prom-client';
import { counter, gauge, histogram } from '../metrics.ts';

/** How a pass ended, as the label `result` tells it. */
export type PassResult =
  | 'success'
  | 'requeue_after'
  | 'error'
  | 'terminal_error'
  | 'suspended'
  | 'conflict'
  | 'aborted';

/** What a controller tells about itself, bound to its name. */
export interface ControllerMetrics {
  passStarted(): void;
  passEnded(result: PassResult, seconds: number): void;
  /** A pass threw what only a bug throws. */
  panicked(): void;
  /** A pass took longer than it may. */
  timedOut(): void;
  /** So many passes go on although their signal has long aborted. */
  abandoned(passes: number): void;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The `controller_runtime_*` metrics of one controller: names and meanings are controller-runtime's (ADR 0011). */
export function createControllerMetrics(
  options: { name: string; workers: number },
  registry: Registry = new Registry(),
): ControllerMetrics {
  const labels = { controller: options.name };
  const counts = createCounts(registry, options.name);
  const active = gauge(registry, {
    name: 'controller_runtime_active_workers',
    help: 'Workers in a pass.',
    labelNames: ['controller'],
  });
  const most = gauge(registry, {
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Workers there are.',
    labelNames: ['controller'],
  });
  const abandoned = gauge(registry, {
    name: 'nannyapi_reconcile_abandoned',
    help: 'Passes that go on although their signal has long aborted. Their objects get no other pass.',
    labelNames: ['controller'],
  });
  const duration = histogram(registry, {
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Time of a pass, status patch included.',
    labelNames: ['controller'],
    buckets: BUCKETS,
  });
  most.set(labels, options.workers);
  for (const each of [active, abandoned]) each.set(labels, 0);
  return {
    passStarted: () => active.inc(labels),
    passEnded: (result, seconds) => {
      active.dec(labels);
      counts.ended(result);
      duration.observe(labels, seconds);
    },
    panicked: () => counts.panicked(),
    timedOut: () => counts.timedOut(),
    abandoned: (passes) => abandoned.set(labels, passes),
  };
}

interface Counts {
  ended(result: PassResult): void;
  panicked(): void;
  timedOut(): void;
}

function createCounts(registry: Registry, controller: string): Counts {
  const count = (name: string, help: string) => {
    const made = counter(registry, { name, help, labelNames: ['controller'] });
    // From the start on, or an alert on an increase misses the first one.
    made.inc({ controller }, 0);
    return () => made.inc({ controller });
  };
  const total = counter(registry, {
    name: 'controller_runtime_reconcile_total',
    help: 'Passes by result: success, requeue_after, error and terminal_error; suspended, conflict and aborted are of this runtime.',
    labelNames: ['controller', 'result'],
  });
  const errors = count('controller_runtime_reconcile_errors_total', 'Passes that failed, terminal errors included.');
  const terminal = count(
    'controller_runtime_terminal_reconcile_errors_total',
    'Passes that failed such that only a person can help.',
  );
  return {
    ended: (result) => {
      total.inc({ controller, result });
      if (result === 'error' || result === 'terminal_error') errors();
      if (result === 'terminal_error') terminal();
    },
    panicked: count('controller_runtime_reconcile_panics_total', 'Passes that threw what only a bug throws.'),
    timedOut: count('controller_runtime_reconcile_timeouts_total', 'Passes that took longer than they may.'),
  };
}
