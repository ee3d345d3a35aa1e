import { Registry } from 'prom-client';
import { counter, gauge } from '../metrics.ts';

/** What an informer tells about itself, bound to its name. */
export interface InformerMetrics {
  listed(): void;
  watched(): void;
  failed(): void;
  objects(count: number): void;
}

/** The `nannyapi_informer_*` metrics of one informer. */
export function createInformerMetrics(name: string, registry: Registry = new Registry()): InformerMetrics {
  const labelNames = ['informer'] as const;
  const lists = counter(registry, {
    name: 'nannyapi_informer_lists_total',
    help: 'Whole lists; more than one means that a watch could not go on.',
    labelNames,
  });
  const watches = counter(registry, { name: 'nannyapi_informer_watches_total', help: 'Watches opened.', labelNames });
  const failures = counter(registry, {
    name: 'nannyapi_informer_failures_total',
    help: 'Lists and watches that failed.',
    labelNames,
  });
  const objects = gauge(registry, {
    name: 'nannyapi_informer_objects',
    help: 'Objects in the local store.',
    labelNames,
  });
  const labels = { informer: name };
  return {
    listed: () => lists.inc(labels),
    watched: () => watches.inc(labels),
    failed: () => failures.inc(labels),
    objects: (count) => objects.set(labels, count),
  };
}
