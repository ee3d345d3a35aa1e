import { Registry } from 'prom-client';
import { counter, histogram } from '../metrics.ts';

/** Counts requests to the API server by method and outcome. */
export interface RequestMetrics {
  /** @param code HTTP status, or `<error>` when no answer came. */
  observe(method: string, code: string, durationSeconds: number): void;
}

/**
 * `rest_client_requests_total` and `rest_client_request_duration_seconds`, as client-go has them but for the host, of
 * which there is one; a watch counts until its header.
 */
export function createRequestMetrics(registry: Registry = new Registry()): RequestMetrics {
  const total = counter(registry, {
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by method and HTTP status; `<error>` is a request without an answer.',
    labelNames: ['code', 'method'],
  });
  const duration = histogram(registry, {
    name: 'rest_client_request_duration_seconds',
    help: 'Time from a request to the header of its answer.',
    labelNames: ['verb'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
  });
  return {
    observe: (method, code, durationSeconds) => {
      total.inc({ code, method });
      duration.observe({ verb: method }, durationSeconds);
    },
  };
}
