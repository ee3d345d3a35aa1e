import {
  Counter,
  Gauge,
  Histogram,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
  type LabelValues,
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

/** The sampled gauge of that name in the registry, made when it is missing. */
export function sampledGauge<L extends string>(
  registry: Registry,
  configuration: GaugeConfiguration<L>,
): SampledGauge<L> {
  const present = registry.getSingleMetric(configuration.name);
  return present ? (present as SampledGauge<L>) : new SampledGauge({ ...configuration, registers: [registry] });
}

/** A gauge whose values are worked out when somebody looks, for what changes by the mere passing of time. */
export class SampledGauge<L extends string> extends Gauge<L> {
  readonly #samples = new Set<() => void>();

  /** Adds what gives the value under these labels; returns its removal, with which the value goes too. */
  sample(labels: LabelValues<L>, value: () => number): () => void {
    const take = (): void => this.set(labels, value());
    this.#samples.add(take);
    return () => {
      this.#samples.delete(take);
      this.remove(labels);
    };
  }

  override async get(): ReturnType<Gauge<L>['get']> {
    for (const take of this.#samples) take();
    return super.get();
  }
}
