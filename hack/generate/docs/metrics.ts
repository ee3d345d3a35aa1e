import type { Registry } from 'prom-client';
import { code, generatedBy, page, table } from './markdown.ts';

/** A metric as prom-client holds it; its own types leave out the labels. */
interface RegisteredMetric {
  name: string;
  help: string;
  type: string;
  labelNames?: readonly string[];
  upperBounds?: readonly number[];
}

const GROUPS = [
  { title: 'Investigations', prefix: /^nannyapi_(?:investigation|diagnostician)/ },
  { title: 'Agents and the HTTP API', prefix: /^nannyapi_(?:agent|http|tasks)/ },
  { title: 'Reconciling', prefix: /^nannyapi_reconcile/ },
  { title: 'Work queues', prefix: /^nannyapi_workqueue/ },
  { title: 'Informers', prefix: /^nannyapi_informer/ },
  { title: 'Requests to the Kubernetes API', prefix: /^nannyapi_kube/ },
] as const;
/** Whatever belongs to none of them: a new metric shows at once, wherever its name fits. */
const OTHERS = /^nannyapi_(?!agent|diagnostician|http|informer|investigation|kube|reconcile|tasks|workqueue)/;

/** `docs/reference/metrics.md`, from a registry into which the real parts put their metrics. */
export function renderMetrics(registry: Registry): string {
  const metrics = (registry.getMetricsAsArray() as unknown as RegisteredMetric[]).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const groups = [...GROUPS, { title: 'More', prefix: OTHERS }].flatMap(({ title, prefix }) => {
    const members = metrics.filter(({ name }) => prefix.test(name));
    return members.length === 0 ? [] : [`## ${title}`, metricTable(members)];
  });
  return page(
    generatedBy('a registry with all metrics'),
    '# Metrics',
    '`GET /metrics` of the facade, in the Prometheus text format. It wants a credential of a person, as every path but `/healthz` and `/readyz`. No metric has the name of an object as a label.',
    'Seconds are seconds with a fraction. A histogram `x` comes as `x_bucket`, `x_sum` and `x_count`.',
    ...groups,
  );
}

function metricTable(metrics: readonly RegisteredMetric[]): string {
  return table(
    ['Name', 'Type', 'Labels', 'Meaning'],
    metrics.map(({ name, type, labelNames = [], help, upperBounds }) => [
      code(name),
      type,
      labelNames
        .filter((label) => label !== 'le')
        .map(code)
        .join(', '),
      upperBounds ? `${help} Buckets up to ${upperBounds.at(-1)} s.` : help,
    ]),
  );
}
