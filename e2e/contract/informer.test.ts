import { createLogger, systemClock } from '@nannyapi/process';
import { createInformer, createKubeClient, type Informer, type KubeClient, type KubeObject } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachServer } from './servers.ts';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const CONFIG_MAPS = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const WAIT = { timeout: 10_000, interval: 10 };
const log = createLogger({ name: 'contract', level: 'silent' });

onEachServer((server) => {
  describe('an informer', () => {
    let namespace: string;
    let client: KubeClient;
    let registry: Registry;
    let informer: Informer<ConfigMap>;
    let stop: AbortController;
    let running: Promise<void>;

    beforeEach(async () => {
      namespace = await server.createNamespace();
      registry = new Registry();
      const { kubeconfigPath } = server;
      client = createKubeClient({ kubeconfigPath, userAgent: 'contract', log, registry });
      informer = createInformer<ConfigMap>({
        client: client.resource<ConfigMap>(CONFIG_MAPS),
        name: 'maps',
        query: { namespace, labelSelector: 'on=true' },
        clock: systemClock,
        log,
        registry,
      });
      stop = new AbortController();
      running = Promise.resolve();
    });
    afterEach(async () => {
      stop.abort();
      await running;
      await client.close();
    });

    async function create(name: string): Promise<void> {
      const metadata = { namespace, name, labels: { on: 'true' } };
      await client.resource<ConfigMap>(CONFIG_MAPS).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    }

    it('begins with one streamed list and tells of all that happens after it, in order', async () => {
      await create('before');
      const told: string[] = [];
      informer.onChange(({ type, object }) => told.push(`${type} ${object.metadata.name}`));
      running = informer.start(stop.signal);
      await informer.waitForSync({ signal: AbortSignal.timeout(WAIT.timeout) });
      expect(told).toEqual(['Added before']);
      const maps = client.resource<ConfigMap>(CONFIG_MAPS);
      const ref = { namespace, name: 'a' };
      await create('a');
      await maps.patch(ref, { data: { text: 'x' } });
      await maps.delete(ref);
      await create('a');
      // An object that no longer fits the query is gone for it.
      await maps.patch(ref, { metadata: { labels: { on: 'false' } } });
      const expected = ['Added before', 'Added a', 'Updated a', 'Deleted a', 'Added a', 'Deleted a'];
      await expect.poll(() => told, WAIT).toEqual(expected);
      expect(informer.store.get(`${namespace}/before`)?.metadata.managedFields).toBeUndefined();
      const metrics = await registry.metrics();
      expect(metrics).toContain('rest_client_requests_total{code="200",method="GET"} 1\n');
      expect(metrics).toContain('reflector_lists_total{name="maps"} 1\n');
    });
  });
});
