import { Registry } from 'prom-client';
import { counter, gauge, histogram, sampledGauge } from '../metrics.ts';

/** The buckets of client-go: powers of ten from 10 ns to 1000 s, cut where we cannot measure. */
const SECONDS = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/** What a work queue tells about itself, bound to its name. */
export interface WorkQueueMetrics {
  depth(keys: number): void;
  added(): void;
  retried(): void;
  waited(seconds: number): void;
  worked(seconds: number): void;
  /** Tells how long the keys that are worked on have been so far, until the returned function is called. */
  watch(workedSeconds: () => number[]): () => void;
}

/** The `workqueue_*` metrics of one queue: names and meanings are those of client-go, so that its dashboards fit (ADR 0011). */
export function createWorkQueueMetrics(name: string, registry: Registry = new Registry()): WorkQueueMetrics {
  const labelNames = ['name'] as const;
  const labels = { name };
  const depth = gauge(registry, { name: 'workqueue_depth', help: 'Keys that wait for a worker.', labelNames });
  const adds = counter(registry, {
    name: 'workqueue_adds_total',
    help: 'Keys put into the queue; a key that waits already is not counted again.',
    labelNames,
  });
  const retries = counter(registry, {
    name: 'workqueue_retries_total',
    help: 'Keys put back because of a failure.',
    labelNames,
  });
  const duration = (metric: string, help: string) =>
    histogram(registry, { name: metric, help, labelNames, buckets: SECONDS });
  const waited = duration('workqueue_queue_duration_seconds', 'Time a key waits for a worker.');
  const worked = duration('workqueue_work_duration_seconds', 'Time a worker takes for a key.');
  depth.set(labels, 0);
  adds.inc(labels, 0);
  retries.inc(labels, 0);
  return {
    depth: (keys) => depth.set(labels, keys),
    added: () => adds.inc(labels),
    retried: () => retries.inc(labels),
    waited: (seconds) => waited.observe(labels, seconds),
    worked: (seconds) => worked.observe(labels, seconds),
    watch: (workedSeconds) => watchWork(registry, name, workedSeconds),
  };
}

/** Two gauges of work that is not done: their growth shows a stuck worker before its pass ever ends. */
function watchWork(registry: Registry, name: string, workedSeconds: () => number[]): () => void {
  const unfinished = sampledGauge(registry, {
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds that the keys now worked on have taken so far, all together. What grows is stuck.',
    labelNames: ['name'],
  });
  const longest = sampledGauge(registry, {
    name: 'workqueue_longest_running_processor_seconds',
    help: 'Seconds that the longest of the keys now worked on has taken so far.',
    labelNames: ['name'],
  });
  const stops = [
    unfinished.sample({ name }, () => workedSeconds().reduce((sum, seconds) => sum + seconds, 0)),
    longest.sample({ name }, () => Math.max(0, ...workedSeconds())),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
