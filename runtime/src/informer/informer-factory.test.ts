import { systemClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer } from '../../testing/scripted-api-server.ts';
import { silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import { createKubeClient, type KubeClient } from '../client/kube-client.ts';
import { objectKey } from '../objects.ts';
import { InformerFactory } from './informer-factory.ts';

let server: ScriptedApiServer;
let client: KubeClient;
let factory: InformerFactory;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  client = createKubeClient({ server: { url: server.url }, userAgent: 'test', log: silentLog });
  factory = new InformerFactory({ client, clock: systemClock, log: silentLog });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('InformerFactory', () => {
  it('hands out one informer a resource and query, by default named like the resource', () => {
    const all = factory.informer<Widget>(WidgetResource);
    expect(factory.informer<Widget>(WidgetResource, { query: {} })).toBe(all);
    expect(all.name).toBe('widgets');
    const some = factory.informer<Widget>(WidgetResource, { query: { namespace: 'default' }, name: 'some' });
    expect(some).not.toBe(all);
    expect(factory.informers).toEqual([all, some]);
  });

  it('lists and watches once for several users, also when one comes late with an index of its own', async () => {
    const first = factory.informer<Widget>(WidgetResource);
    const stops = [new AbortController(), new AbortController()];
    const runs = stops.map(({ signal }) => first.start(signal));
    const list = await server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500' } });
    list.list('9', [widget('a', '1', { spec: { size: 3 } }), widget('b', '2', { spec: { size: 4 } })]);
    await first.waitForSync({ signal: stops[0]!.signal });
    const late = factory.informer<Widget>(WidgetResource, { indexes: { size: ({ spec }) => [String(spec.size)] } });
    expect(late.store.byIndex('size', '4').map(objectKey)).toEqual(['default/b']);
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '9', timeoutSeconds: /^\d+$/ };
    const watch = await server.take({ method: 'GET', path: WIDGETS_PATH, query });
    stops[0]!.abort();
    await runs[0];
    watch.stream().send('MODIFIED', widget('a', '10', { spec: { size: 5 } }));
    await expect.poll(() => late.store.byIndex('size', '5').map(objectKey)).toEqual(['default/a']);
    stops[1]!.abort();
    await runs[1];
    await watch.closed();
  });

  it('refuses views that one store cannot have', () => {
    const size = ({ spec }: Widget): string[] => [String(spec.size)];
    const slim = (object: Widget): Widget => object;
    factory.informer<Widget>(WidgetResource, { indexes: { size }, transform: slim });
    expect(() => factory.informer<Widget>(WidgetResource, { indexes: { size } })).toThrow('another transform');
    const other = { indexes: { size: () => [] }, transform: slim };
    expect(() => factory.informer<Widget>(WidgetResource, other)).toThrow('another index "size"');
    expect(factory.informer<Widget>(WidgetResource, { indexes: { size }, transform: slim })).toBeDefined();
  });
});
