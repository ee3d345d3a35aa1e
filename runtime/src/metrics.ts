import {
  Counter,
  Gauge,
  Histogram,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
  type Registry,
} from 'prom-client';

/*
 * Several controllers share one registry, and a registry refuses a name it has already.
 * Each of these gives the metric that is there, or makes it.
 */

/** The counter of that name in the registry, made when it is missing. */
export function counter<L extends string>(registry: Registry, configuration: CounterConfiguration<L>): Counter<L> {
  const present = registry.getSingleMetric(configuration.name);
  return present ? (present as Counter<L>) : new Counter({ ...configuration, registers: [registry] });
}

/** The gauge of that name in the registry, made when it is missing. */
export function gauge<L extends string>(registry: Registry, configuration: GaugeConfiguration<L>): Gauge<L> {
  const present = registry.getSingleMetric(configuration.name);
  return present ? (present as Gauge<L>) : new Gauge({ ...configuration, registers: [registry] });
}

/** The histogram of that name in the registry, made when it is missing. */
export function histogram<L extends string>(
  registry: Registry,
  configuration: HistogramConfiguration<L>,
): Histogram<L> {
  const present = registry.getSingleMetric(configuration.name);
  return present ? (present as Histogram<L>) : new Histogram({ ...configuration, registers: [registry] });
}
