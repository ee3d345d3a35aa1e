import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WIDGET_CRD } from '../../testing/widget-crd.ts';
import { startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;
const OLD_WIDGETS = WIDGETS.replace('/v1/', '/v1beta1/');

beforeAll(async () => {
  const crd = structuredClone(WIDGET_CRD) as unknown as { spec: { versions: { name: string; storage: boolean }[] } };
  const [stored] = crd.spec.versions;
  crd.spec.versions.push({ ...structuredClone(stored!), name: 'v1beta1', storage: false });
  fixture = await startWidgetServer({ crds: [crd] });
});
afterAll(async () => await fixture.close());

describe('a kind with two versions', () => {
  it('shows each object in the version asked for, whichever wrote it', async () => {
    const body = { apiVersion: 'example.com/v1beta1', kind: 'Widget', metadata: { name: 'both' }, spec: { size: 2 } };
    const created = await fixture.raw.send('POST', OLD_WIDGETS, { body });
    expect([created.code, created.body.apiVersion]).toEqual([201, 'example.com/v1beta1']);
    expect((await fixture.raw.send('GET', `${WIDGETS}/both`)).body.apiVersion).toBe('example.com/v1');
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await fixture.raw.send('PATCH', `${OLD_WIDGETS}/both`, { body: { spec: { size: 5 } }, headers });
    expect(patched.body).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { size: 5 } });
    const list = await fixture.raw.send('GET', OLD_WIDGETS);
    expect(list.body.items[0].apiVersion).toBe('example.com/v1beta1');
    expect((await fixture.raw.send('GET', WIDGETS)).body.items[0].apiVersion).toBe('example.com/v1');
    const watch = await fixture.raw.watch(`${OLD_WIDGETS}?watch=true`);
    expect((await watch.next()).object.apiVersion).toBe('example.com/v1beta1');
    watch.close();
  });
});
