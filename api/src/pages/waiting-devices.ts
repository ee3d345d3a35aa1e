import { DeviceCodeResource, type DeviceCode } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import { listPage } from '../http/list-pages.ts';

/** Most devices that are shown to wait; a flood of them is for the REST API to look through. */
const MAX_DEVICES = 50;

/** The newest devices that wait for a decision. Nothing of them opens anything: codes are stored as hashes. */
export async function listWaitingDevices(deps: {
  client: KubeClient;
  clock: Clock;
  namespace: string;
}): Promise<DeviceCode[]> {
  const { client, clock, namespace } = deps;
  const nowMs = clock.now().getTime();
  const { items } = await listPage(
    client.resource<DeviceCode>(DeviceCodeResource),
    { namespace, limit: MAX_DEVICES },
    ({ spec, status }) => status?.decision === undefined && Date.parse(spec.expirationTime) > nowMs,
  );
  const born = ({ metadata }: DeviceCode): string => metadata.creationTimestamp ?? '';
  return items.toSorted((a, b) => born(b).localeCompare(born(a)));
}
