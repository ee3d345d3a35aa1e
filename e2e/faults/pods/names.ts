import { nodePod } from './node-pod.ts';
import type { PodFault, PodFaultPlace } from './pod-fault.ts';

/**
 * A pod that asks a name server which is not there.
 *
 * @param nameserver an address that nobody answers at; private, so that the safety policy lets it be asked.
 */
export function failingDNSPod(place: PodFaultPlace, nameserver = '10.96.255.53'): PodFault {
  const pod = 'orders';
  const container = 'api';
  const script = `const dns = require('node:dns'); const ask = () => dns.lookup('payments.default.svc.cluster.local', (error) => {
    if (error) console.error('orders: ' + error.message); setTimeout(ask, 500); }); ask();`;
  return {
    pod,
    container,
    objects: [
      nodePod(place, {
        name: pod,
        container,
        script,
        limits: { memory: '128Mi' },
        podMore: {
          dnsPolicy: 'None',
          dnsConfig: { nameservers: [nameserver], options: [{ name: 'timeout', value: '1' }] },
        },
      }),
    ],
    prompt: 'Orders cannot reach payments: name resolution fails.',
    truth: {
      verdict: 'RootCauseFound',
      mechanism: 'DNSServerUnreachable',
      component: `pod ${place.namespace}/${pod}\\b`,
    },
    isInForce: (status) => status.containerStatuses?.[0]?.state?.running !== undefined,
  };
}
