import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../testing/index.ts';
import { CONFIG_MAPS, startWidgetServer, widget, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;

beforeAll(async () => {
  fixture = await startWidgetServer();
});
afterAll(async () => await fixture.close());

const MERGE = 'application/merge-patch+json';

async function patch(path: string, type: string, body: unknown): Promise<RawAnswer> {
  return await fixture.raw.send('PATCH', path, { body, headers: { 'content-type': type } });
}

describe('patch and update', () => {
  it('merges, counts a generation for the spec and none for metadata or status', async () => {
    await fixture.createWidget('gen');
    const path = `${WIDGETS}/gen`;
    expect((await patch(path, MERGE, { spec: { size: 4 } })).body.metadata.generation).toBe(2);
    expect((await patch(path, MERGE, { metadata: { labels: { a: 'b' } } })).body.metadata.generation).toBe(2);
    expect((await patch(`${path}/status`, MERGE, { status: { phase: 'On' } })).body.metadata.generation).toBe(2);
  });

  it('keeps the status out of the main resource and everything else out of the status', async () => {
    await fixture.createWidget('split');
    const path = `${WIDGETS}/split`;
    const status = await patch(`${path}/status`, MERGE, {
      metadata: { labels: { x: 'y' } },
      spec: { size: 9 },
      status: { phase: 'On' },
    });
    expect(status.body).toMatchObject({ spec: { size: 3 }, status: { phase: 'On' } });
    expect(status.body.metadata.labels).toBeUndefined();
    const main = await patch(path, MERGE, { spec: { size: 5 }, status: { phase: 'Off' } });
    expect(main.body).toMatchObject({ spec: { size: 5 }, status: { phase: 'On' } });
  });

  it('writes nothing when nothing changes', async () => {
    const created = await fixture.createWidget('same');
    const answer = await patch(`${WIDGETS}/same`, MERGE, { spec: { size: 3 } });
    expect(answer.body.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  it('applies a JSON patch, and refuses one whose test fails', async () => {
    await fixture.createWidget('json');
    const path = `${WIDGETS}/json`;
    const type = 'application/json-patch+json';
    const done = await patch(path, type, [{ op: 'replace', path: '/spec/size', value: 7 }]);
    expect(done.body.spec.size).toBe(7);
    const failed = await patch(path, type, [{ op: 'test', path: '/spec/size', value: 1 }]);
    expect(failed.code).toBe(422);
    expect((await patch(path, type, { op: 'add' })).code).toBe(400);
  });

  it('takes a strategic merge patch for core kinds only', async () => {
    const type = 'application/strategic-merge-patch+json';
    const body = { metadata: { name: 'core' }, data: { a: '1' } };
    await fixture.raw.send('POST', CONFIG_MAPS, { body });
    const done = await patch(`${CONFIG_MAPS}/core`, type, { data: { b: '2', $retainKeys: ['b'] } });
    expect(done.body.data).toEqual({ b: '2' });
    await fixture.createWidget('strategic');
    expect((await patch(`${WIDGETS}/strategic`, type, { spec: { size: 4 } })).code).toBe(415);
  });

  it('removes a finalizer by a strategic directive, as client-go controllers do', async () => {
    const body = { metadata: { name: 'held', finalizers: ['example.com/a', 'example.com/b'] } };
    await fixture.raw.send('POST', CONFIG_MAPS, { body });
    const directive = { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } };
    const done = await patch(`${CONFIG_MAPS}/held`, 'application/strategic-merge-patch+json', directive);
    expect(done.body.metadata.finalizers).toEqual(['example.com/b']);
  });

  it('refuses a write on a stale resourceVersion or another uid with Conflict', async () => {
    const created = await fixture.createWidget('stale');
    const path = `${WIDGETS}/stale`;
    await patch(path, MERGE, { spec: { size: 4 } });
    const { resourceVersion } = created.metadata;
    const stale = await patch(path, MERGE, { metadata: { resourceVersion }, spec: { size: 5 } });
    expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
    expect(stale.body.message).toContain('the object has been modified');
    const put = await fixture.raw.send('PUT', path, { body: created });
    expect(put.code).toBe(409);
    const other = await patch(path, MERGE, { metadata: { uid: '00000000-0000-0000-0000-000000000000' } });
    expect([other.code, other.body.details.causes[0].field]).toEqual([422, 'metadata.uid']);
    const live = (await fixture.raw.send('GET', path)).body;
    const metadata = { ...live.metadata, uid: '00000000-0000-0000-0000-000000000000' };
    expect((await fixture.raw.send('PUT', path, { body: { ...live, metadata } })).code).toBe(409);
  });

  it('asks for a resourceVersion in the update of a custom resource', async () => {
    await fixture.createWidget('put');
    const answer = await fixture.raw.send('PUT', `${WIDGETS}/put`, { body: widget('put', { spec: { size: 6 } }) });
    expect([answer.code, answer.body.details.causes[0].field]).toEqual([422, 'metadata.resourceVersion']);
  });

  it('lets exactly one of many writers on the same revision win', async () => {
    const created = await fixture.createWidget('race');
    const { resourceVersion } = created.metadata;
    const answers = await Promise.all(
      [1, 2, 4, 5, 6, 7, 8, 9].map((size) =>
        patch(`${WIDGETS}/race`, MERGE, { metadata: { resourceVersion }, spec: { size } }),
      ),
    );
    expect(answers.filter((answer) => answer.code === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === 409)).toHaveLength(7);
  });

  it('applies on the server: creates, owns fields, reports conflicts, and takes over by force', async () => {
    const type = 'application/apply-patch+yaml';
    const path = `${WIDGETS}/applied`;
    const body = (size: number): object => widget('applied', { spec: { size } });
    const created = await patch(`${path}?fieldManager=one`, type, body(3));
    expect(created.code).toBe(201);
    expect(created.body.metadata.managedFields).toMatchObject([{ manager: 'one', operation: 'Apply' }]);
    const contested = await patch(`${path}?fieldManager=two`, type, body(4));
    expect(contested.code).toBe(409);
    expect(contested.body.details.causes).toMatchObject([{ reason: 'FieldManagerConflict', field: '.spec.size' }]);
    const forced = await patch(`${path}?fieldManager=two&force=true`, type, body(4));
    expect(forced.code).toBe(200);
    expect(forced.body.spec.size).toBe(4);
    expect((await patch(path, type, body(4))).code).toBe(422);
  });

  it('refuses unknown fields of a patch with Invalid when told to be strict', async () => {
    await fixture.createWidget('strict');
    const path = `${WIDGETS}/strict`;
    const warned = await patch(path, MERGE, { spec: { weight: 1 } });
    expect([warned.code, warned.headers.warning]).toEqual([200, '299 - "unknown field \\"spec.weight\\""']);
    const refused = await patch(`${path}?fieldValidation=Strict`, MERGE, { spec: { weight: 1 } });
    expect([refused.code, refused.body.details.causes[0].field]).toEqual([422, 'patch']);
  });

  it('answers 404 for an object that is not there', async () => {
    const answer = await patch(`${WIDGETS}/absent`, MERGE, {});
    expect([answer.code, answer.body.message]).toEqual([404, 'widgets.example.com "absent" not found']);
  });
});
