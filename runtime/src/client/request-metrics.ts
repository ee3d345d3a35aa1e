import { Registry } from 'prom-client';
import { counter, histogram } from '../metrics.ts';

/** Counts requests to the API server by method, resource and outcome. */
export interface RequestMetrics {
  /** @param code HTTP status, or `error` when no answer came. */
  observe(request: { method: string; resource: string }, code: string, durationSeconds: number): void;
}

/** `nannyapi_kube_requests_total` and `nannyapi_kube_request_duration_seconds`; a watch counts until its header. */
export function createRequestMetrics(registry: Registry = new Registry()): RequestMetrics {
  const total = counter(registry, {
    name: 'nannyapi_kube_requests_total',
    help: 'Requests to the API server by method, resource and HTTP status.',
    labelNames: ['method', 'resource', 'code'],
  });
  const duration = histogram(registry, {
    name: 'nannyapi_kube_request_duration_seconds',
    help: 'Time from a request to the header of its answer.',
    labelNames: ['method', 'resource'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10, 30],
  });
  return {
    observe: ({ method, resource }, code, durationSeconds) => {
      total.inc({ method, resource, code });
      duration.observe({ method, resource }, durationSeconds);
    },
  };
}
