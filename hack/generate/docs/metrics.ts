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
  { title: 'Agents and the HTTP API', prefix: /^nannyapi_(?:agent|authentications|http|tasks)/ },
  { title: 'Reconciling', prefix: /^(?:controller_runtime|nannyapi_reconcile)/ },
  { title: 'Work queues', prefix: /^workqueue/ },
  { title: 'Leader election', prefix: /^leader_election/ },
  { title: 'Informers', prefix: /^(?:nannyapi_informer|reflector)/ },
  { title: 'Requests to the Kubernetes API', prefix: /^(?:nannyapi_kube|rest_client)/ },
] as const;

/**
 * `docs/reference/metrics.md`, from registries into which the real parts put their metrics.
 *
 * @param registry of operator and facade
 * @param apiServer of the embedded API server, which serves its own
 */
export function renderMetrics(registry: Registry, apiServer: Registry): string {
  const metrics = metricsOf(registry);
  const isGrouped = ({ name }: RegisteredMetric): boolean => GROUPS.some(({ prefix }) => prefix.test(name));
  const groups = [
    ...GROUPS.map(({ title, prefix }) => ({ title, members: metrics.filter(({ name }) => prefix.test(name)) })),
    // A new metric shows at once, wherever its name fits.
    { title: 'More', members: metrics.filter((metric) => !isGrouped(metric)) },
  ].flatMap(({ title, members }) => (members.length === 0 ? [] : [`## ${title}`, metricTable(members)]));
  return page(
    generatedBy('a registry with all metrics'),
    '# Metrics',
    '`GET /metrics` of the facade, in the Prometheus text format. It wants a credential of a person, as every path but `/healthz` and `/readyz`. An operator or a facade of its own serves its metrics on its probe port, without credentials. No metric has the name of an object as a label.',
    'What is known to users of other operators has the names it has there, those of client-go and controller-runtime, so that their dashboards and alerts work ([ADR 0011](../adr/0011-leader-election-with-a-fence-and-known-metric-names.md)). All else begins with `nannyapi_`.',
    'Seconds are seconds with a fraction. A histogram `x` comes as `x_bucket`, `x_sum` and `x_count`.',
    ...groups,
    '## API server of standalone',
    '`GET /metrics` of the Kubernetes API port of `nanny standalone`, with the admin token. What kube-apiserver has too is named as there.',
    metricTable(metricsOf(apiServer)),
  );
}

function metricsOf(registry: Registry): RegisteredMetric[] {
  const metrics = registry.getMetricsAsArray() as unknown as RegisteredMetric[];
  return metrics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
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
      upperBounds ? `${help} Buckets up to ${upperBounds.at(-1)}${name.endsWith('_seconds') ? ' s' : ''}.` : help,
    ]),
  );
}
