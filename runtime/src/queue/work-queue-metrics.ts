import { Registry } from 'prom-client';
import { counter, gauge, histogram } from '../metrics.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10, 60, 300];

/** What a work queue tells about itself, bound to its name. */
export interface WorkQueueMetrics {
  depth(keys: number): void;
  added(): void;
  retried(): void;
  waited(seconds: number): void;
  worked(seconds: number): void;
}

/** The `nannyapi_workqueue_*` metrics of one queue, shaped like those of controller-runtime. */
export function createWorkQueueMetrics(name: string, registry: Registry = new Registry()): WorkQueueMetrics {
  const labelNames = ['name'] as const;
  const depth = gauge(registry, {
    name: 'nannyapi_workqueue_depth',
    help: 'Keys that wait for a worker.',
    labelNames,
  });
  const adds = counter(registry, {
    name: 'nannyapi_workqueue_adds_total',
    help: 'Keys put into the queue; a key that waits already is not counted again.',
    labelNames,
  });
  const retries = counter(registry, {
    name: 'nannyapi_workqueue_retries_total',
    help: 'Keys put back because of a failure.',
    labelNames,
  });
  const waited = histogram(registry, {
    name: 'nannyapi_workqueue_queue_duration_seconds',
    help: 'Time a key waits for a worker.',
    labelNames,
    buckets: SECONDS,
  });
  const worked = histogram(registry, {
    name: 'nannyapi_workqueue_work_duration_seconds',
    help: 'Time a worker takes for a key.',
    labelNames,
    buckets: SECONDS,
  });
  const labels = { name };
  return {
    depth: (keys) => depth.set(labels, keys),
    added: () => adds.inc(labels),
    retried: () => retries.inc(labels),
    waited: (seconds) => waited.observe(labels, seconds),
    worked: (seconds) => worked.observe(labels, seconds),
  };
}
