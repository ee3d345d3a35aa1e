import { Registry } from 'prom-client';
import { counter, gauge, histogram } from '../metrics.ts';

/** What an informer tells about itself, bound to its name. */
export interface InformerMetrics {
  /** A whole list came, by pages or as the beginning of a watch. */
  listed(list: { durationSeconds: number; items: number }): void;
  watchOpened(): void;
  /** A watch ended, in whatever way. */
  watched(watch: { durationSeconds: number; events: number; isShort: boolean }): void;
  failed(): void;
  objects(count: number): void;
  /** The latest version from which the next watch can start. */
  reached(resourceVersion: string): void;
}

const ITEM_BUCKETS = [0, 1, 10, 100, 1_000, 10_000, 100_000];
const LIST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const WATCH_BUCKETS = [1, 10, 60, 120, 300, 450, 600];

/**
 * The metrics of one informer: `reflector_*` as client-go has them, with the informer as label `name`, and two of our
 * own.
 */
export function createInformerMetrics(name: string, registry: Registry = new Registry()): InformerMetrics {
  const lists = listMetrics(name, registry);
  const watches = watchMetrics(name, registry);
  const lastVersion = gauge(registry, {
    name: 'reflector_last_resource_version',
    help: 'Last resourceVersion from which a watch can go on.',
    labelNames: ['name'],
  });
  const failures = counter(registry, {
    name: 'nannyapi_informer_failures_total',
    help: 'Lists and watches that failed.',
    labelNames: ['informer'],
  });
  const objects = gauge(registry, {
    name: 'nannyapi_informer_objects',
    help: 'Objects in the local store.',
    labelNames: ['informer'],
  });
  return {
    ...lists,
    ...watches,
    failed: () => failures.inc({ informer: name }),
    objects: (count) => objects.set({ informer: name }, count),
    reached: (version) => {
      // A version beyond 2^53 is rounded, which a graph does not show; one that is no number is left out.
      if (/^\d+$/.test(version)) lastVersion.set({ name }, Number(version));
    },
  };
}

function listMetrics(name: string, registry: Registry): Pick<InformerMetrics, 'listed'> {
  const labelNames = ['name'] as const;
  const total = counter(registry, {
    name: 'reflector_lists_total',
    help: 'Whole lists; more than one means that a watch could not go on.',
    labelNames,
  });
  const duration = histogram(registry, {
    name: 'reflector_list_duration_seconds',
    help: 'Time of a whole list, all pages.',
    labelNames,
    buckets: LIST_BUCKETS,
  });
  const items = histogram(registry, {
    name: 'reflector_items_per_list',
    help: 'Objects in a whole list.',
    labelNames,
    buckets: ITEM_BUCKETS,
  });
  return {
    listed: (list) => {
      total.inc({ name });
      duration.observe({ name }, list.durationSeconds);
      items.observe({ name }, list.items);
    },
  };
}

function watchMetrics(name: string, registry: Registry): Pick<InformerMetrics, 'watchOpened' | 'watched'> {
  const labelNames = ['name'] as const;
  const total = counter(registry, { name: 'reflector_watches_total', help: 'Watches opened.', labelNames });
  const short = counter(registry, {
    name: 'reflector_short_watches_total',
    help: 'Watches that ended within a second without an event.',
    labelNames,
  });
  const duration = histogram(registry, {
    name: 'reflector_watch_duration_seconds',
    help: 'Time for which a watch was open.',
    labelNames,
    buckets: WATCH_BUCKETS,
  });
  const items = histogram(registry, {
    name: 'reflector_items_per_watch',
    help: 'Events of a watch.',
    labelNames,
    buckets: ITEM_BUCKETS,
  });
  return {
    watchOpened: () => total.inc({ name }),
    watched: ({ durationSeconds, events, isShort }) => {
      if (isShort) short.inc({ name });
      duration.observe({ name }, durationSeconds);
      items.observe({ name }, events);
    },
  };
}
