import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { TestApiServer } from '../../testing/index.ts';
import { WIDGET_CRD } from '../../testing/widget-crd.ts';
import { widget, WIDGETS } from '../../testing/widget-server.ts';

let server: TestApiServer;
let raw: RawClient;

beforeAll(async () => {
  server = await startTestApiServer({ crds: [] });
  raw = new RawClient(server);
});
afterAll(async () => {
  raw.close();
  await server.close();
});

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const MERGE = { 'content-type': 'application/merge-patch+json' };

async function code(path: string): Promise<number> {
  return (await raw.send('GET', path)).code;
}

describe('CustomResourceDefinitions', () => {
  it('are served from the answer of their creation on, and refuse what does not compile', async () => {
    expect(await code(WIDGETS)).toBe(404);
    const created = await raw.send('POST', CRDS, { body: WIDGET_CRD });
    expect(created.code).toBe(201);
    const established = created.body.status.conditions.find((item: { type: string }) => item.type === 'Established');
    expect(established.status).toBe('True');
    expect(await code(WIDGETS)).toBe(200);
    expect((await raw.send('POST', WIDGETS, { body: widget('first') })).code).toBe(201);
    const bad = structuredClone(WIDGET_CRD) as unknown as { metadata: { name: string }; spec: { scope: string } };
    bad.spec.scope = 'Everywhere';
    bad.metadata.name = 'gadgets.example.com';
    const refused = await raw.send('POST', CRDS, { body: bad });
    expect([refused.code, refused.body.reason]).toEqual([422, 'Invalid']);
    expect(refused.body.details).toMatchObject({ kind: 'CustomResourceDefinition', group: 'apiextensions.k8s.io' });
  });

  it('serve a changed schema at once', async () => {
    const current = (await raw.send('GET', `${CRDS}/widgets.example.com`)).body;
    current.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.weight = { type: 'integer' };
    expect((await raw.send('PUT', `${CRDS}/widgets.example.com`, { body: current })).code).toBe(200);
    const answer = await raw.send('POST', WIDGETS, { body: widget('heavy', { spec: { weight: 7 } }) });
    expect(answer.body.spec.weight).toBe(7);
  });

  it('take their objects along when they are deleted', async () => {
    await raw.send('DELETE', `${CRDS}/widgets.example.com`);
    await vi.waitFor(async () => expect(await code(`${CRDS}/widgets.example.com`)).toBe(404));
    expect(await code(WIDGETS)).toBe(404);
    await raw.send('POST', CRDS, { body: WIDGET_CRD });
    expect((await raw.send('GET', WIDGETS)).body.items).toEqual([]);
  });
});

describe('Namespaces', () => {
  it('exist from the start, as on a cluster', async () => {
    const answer = await raw.send('GET', '/api/v1/namespaces');
    const names = answer.body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const refused = await raw.send('DELETE', '/api/v1/namespaces/default');
    expect([refused.code, refused.body.message]).toEqual([
      403,
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ]);
  });

  it('empty before they go, and take nothing new meanwhile', async () => {
    await raw.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'short-lived' } } });
    const inside = '/api/v1/namespaces/short-lived/configmaps';
    await raw.send('POST', inside, { body: { metadata: { name: 'a' } } });
    const held = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    await raw.send('POST', inside, { body: held });
    const deleted = await raw.send('DELETE', '/api/v1/namespaces/short-lived');
    expect(deleted.body.status.phase).toBe('Terminating');
    const late = await raw.send('POST', inside, { body: { metadata: { name: 'late' } } });
    expect([late.code, late.body.details.causes[0].reason]).toEqual([403, 'NamespaceTerminating']);
    await vi.waitFor(async () => expect(await code(`${inside}/a`)).toBe(404));
    expect(await code('/api/v1/namespaces/short-lived')).toBe(200);
    await raw.send('PATCH', `${inside}/held`, { body: { metadata: { finalizers: null } }, headers: MERGE });
    await vi.waitFor(async () => expect(await code('/api/v1/namespaces/short-lived')).toBe(404));
  });
});
