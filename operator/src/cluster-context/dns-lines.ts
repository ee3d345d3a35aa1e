import { factLine } from '@nannyapi/protocol';
import { ageOf } from './age.ts';
import type { EndpointSlice, Service } from './kinds.ts';

/** The line of the service that answers DNS. An endpoint whose readiness is not told counts as ready, as for kube-proxy. */
export function dnsServiceLine(service: Service, slices: readonly EndpointSlice[], now: Date): string {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
  return factLine('dns_service', {
    namespace: service.metadata.namespace,
    name: service.metadata.name,
    cluster_ip: service.spec?.clusterIP,
    ready_endpoints: ready,
    not_ready_endpoints: endpoints.length - ready,
    age: ageOf(service.metadata.creationTimestamp, now),
  });
}
