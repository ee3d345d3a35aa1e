import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedApiServer } from '../../testing/scripted-api-server.ts';
import { A_PATH, silentLog, widget, WidgetResource, WIDGETS_PATH, type Widget } from '../../testing/widget.ts';
import type { KubeObject } from '../objects.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import type { ResourceClient } from './resource-client.ts';

const DEFAULT_PATH = '/apis/test.nannyai.dev/v1/namespaces/default/widgets';
const ref = { namespace: 'default', name: 'a' };

let server: ScriptedApiServer;
let client: KubeClient;
let widgets: ResourceClient<Widget>;

beforeEach(async () => {
  server = await ScriptedApiServer.start();
  client = createKubeClient({
    server: { url: server.url, token: 'bearer-1' },
    userAgent: 'nanny-test',
    log: silentLog,
  });
  widgets = client.resource<Widget>(WidgetResource);
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('RestResourceClient', () => {
  it('gets an object with its credentials and its name', async () => {
    const got = widgets.get(ref);
    const request = await server.take({ method: 'GET', path: A_PATH });
    expect(request.headers).toMatchObject({ authorization: 'Bearer bearer-1', 'user-agent': 'nanny-test' });
    request.json(200, widget('a', '7'));
    expect(await got).toEqual(widget('a', '7'));
  });

  it('lists by selector and gives items their kind', async () => {
    const page = widgets.list({ namespace: 'default', labelSelector: 'a in (b,c)', fieldSelector: 'x=y', limit: 2 });
    const request = await server.take({
      method: 'GET',
      path: DEFAULT_PATH,
      query: { labelSelector: 'a in (b,c)', fieldSelector: 'x=y', limit: '2' },
    });
    request.list('9', [{ metadata: { name: 'a' } }], 'token-1');
    expect(await page).toEqual({
      items: [{ apiVersion: 'test.nannyai.dev/v1', kind: 'Widget', metadata: { name: 'a' } }],
      resourceVersion: '9',
      continue: 'token-1',
    });
  });

  it('lists all pages', async () => {
    const all = widgets.listAll();
    (await server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500' } })).list(
      '9',
      [widget('a', '1')],
      't',
    );
    const second = await server.take({ method: 'GET', path: WIDGETS_PATH, query: { limit: '500', continue: 't' } });
    second.list('9', [widget('b', '2')]);
    expect((await all).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  it('creates, updates and patches with the right method, path and content type', async () => {
    const calls = [
      { run: widgets.create(widget('a', '1')), method: 'POST', path: DEFAULT_PATH, type: 'application/json' },
      { run: widgets.update(widget('a', '1')), method: 'PUT', path: A_PATH, type: 'application/json' },
    ];
    for (const { run, method, path, type } of calls) {
      const request = await server.take({ method, path });
      expect(request.headers['content-type']).toBe(type);
      expect(request.body).toEqual(widget('a', '1'));
      request.json(200, widget('a', '2'));
      await run;
    }
    const patched = widgets.patch(ref, { spec: { size: 1 } });
    const patch = await server.take({ method: 'PATCH', path: A_PATH });
    expect(patch.headers['content-type']).toBe('application/merge-patch+json');
    patch.json(200, widget('a', '3'));
    expect((await patched).metadata.resourceVersion).toBe('3');
    const status = widgets.patchStatus(ref, { status: { size: 1 } });
    const statusPatch = await server.take({ method: 'PATCH', path: `${A_PATH}/status` });
    expect(statusPatch.body).toEqual({ status: { size: 1 } });
    statusPatch.json(200, widget('a', '4'));
    await status;
  });

  it('applies on the server without managedFields', async () => {
    const applied = widgets.apply(widget('a', '1', { metadata: { managedFields: [{}] } }), {
      fieldManager: 'nanny',
      force: true,
    });
    const request = await server.take({
      method: 'PATCH',
      path: A_PATH,
      query: { fieldManager: 'nanny', force: 'true' },
    });
    expect(request.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(request.body).toEqual(widget('a', '1'));
    request.json(200, widget('a', '2'));
    await applied;
  });

  it('deletes under preconditions', async () => {
    const deleted = widgets.delete(ref, { uid: 'u', resourceVersion: '3', propagationPolicy: 'Foreground' });
    const request = await server.take({ method: 'DELETE', path: A_PATH });
    expect(request.body).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u', resourceVersion: '3' },
      propagationPolicy: 'Foreground',
    });
    request.json(200, { kind: 'Status' });
    await deleted;
  });

  it('addresses core and cluster-scoped resources', async () => {
    const nodes = client.resource<KubeObject>({
      group: '',
      version: 'v1',
      kind: 'Node',
      plural: 'nodes',
      namespaced: false,
    });
    const got = nodes.get({ name: 'n 1' });
    (await server.take({ method: 'GET', path: '/api/v1/nodes/n%201' })).json(200, { metadata: { name: 'n 1' } });
    expect(await got).toMatchObject({ apiVersion: 'v1', kind: 'Node' });
  });

  it.each(['', '.', '..', 'a/b', '%2e%2e'])('finds no object named %j and asks nobody', async (name) => {
    await expect(widgets.get({ namespace: 'default', name })).rejects.toMatchObject({ code: 'NotFound', status: 404 });
    await expect(widgets.list({ namespace: name || '..' })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('refuses to address a namespaced object without its namespace', async () => {
    await expect(widgets.get({ name: 'a' })).rejects.toThrow('without its namespace');
    await expect(widgets.create({ ...widget('a', '1'), metadata: { name: 'a' } })).rejects.toThrow(
      'without a namespace',
    );
  });
});
