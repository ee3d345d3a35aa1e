import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../testing/index.ts';
import { startWidgetServer, WIDGETS } from '../../testing/widget-server.ts';
import type { WidgetServer } from '../../testing/widget-server.ts';

let fixture: WidgetServer;

beforeAll(async () => {
  fixture = await startWidgetServer();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const labels = { parity: name === 'a' || name === 'c' ? 'odd' : 'even' };
    await fixture.createWidget(name, { metadata: { labels }, spec: { color: name === 'e' ? 'red' : 'grey' } });
  }
});
afterAll(async () => await fixture.close());

async function list(query: string): Promise<RawAnswer> {
  return await fixture.raw.send('GET', `${WIDGETS}${query}`);
}

function names(answer: RawAnswer): string[] {
  return answer.body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
}

describe('list', () => {
  it('shows all objects in order, with the revision of the store', async () => {
    const answer = await list('');
    expect(answer.body).toMatchObject({ kind: 'WidgetList', apiVersion: 'example.com/v1' });
    expect(names(answer)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(Number(answer.body.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('lists over all namespaces', async () => {
    const answer = await fixture.raw.send('GET', '/apis/example.com/v1/widgets');
    expect(names(answer)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('selects by labels and by fields', async () => {
    expect(names(await list('?labelSelector=parity%3Dodd'))).toEqual(['a', 'c']);
    expect(names(await list('?labelSelector=parity%20notin%20(odd)'))).toEqual(['b', 'd', 'e']);
    expect(names(await list('?fieldSelector=metadata.name%3Db'))).toEqual(['b']);
    expect(names(await list('?fieldSelector=spec.color%3Dred'))).toEqual(['e']);
    expect((await list('?fieldSelector=spec.size%3D3')).code).toBe(400);
    expect((await list('?labelSelector=%3D%3D')).code).toBe(400);
  });

  it('pages through the revision of the first page, whatever is written meanwhile', async () => {
    const first = await list('?limit=2');
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    await fixture.raw.send('DELETE', `${WIDGETS}/d`);
    await fixture.createWidget('c1');
    const second = await list(`?limit=2&continue=${first.body.metadata.continue}`);
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    const third = await list(`?limit=2&continue=${second.body.metadata.continue}`);
    expect(names(third)).toEqual(['e']);
    expect(third.body.metadata.continue).toBe('');
    expect(names(await list(''))).toEqual(['a', 'b', 'c', 'c1', 'e']);
  });

  it('shows an exact earlier revision', async () => {
    const before = (await list('')).body.metadata.resourceVersion;
    await fixture.createWidget('later');
    const answer = await list(`?resourceVersion=${before}&resourceVersionMatch=Exact`);
    expect(names(answer)).not.toContain('later');
    expect(names(await list(`?resourceVersion=${before}`))).toContain('later');
  });

  it.each([
    ['?resourceVersion=999999', 504, 'Timeout'],
    ['?resourceVersion=abc', 400, 'BadRequest'],
    ['?continue=nonsense', 400, 'BadRequest'],
    ['?limit=x', 400, 'BadRequest'],
    ['?resourceVersionMatch=Exact', 422, 'Invalid'],
    ['?resourceVersion=1&resourceVersionMatch=Sometimes', 422, 'Invalid'],
  ])('answers %s with %i %s', async (query, code, reason) => {
    const answer = await list(query);
    expect([answer.code, answer.body.reason]).toEqual([code, reason]);
  });

  it('answers a Table, and metadata alone, when the Accept header asks for them', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = await fixture.raw.send('GET', WIDGETS, { headers: { accept } });
    expect(table.body.kind).toBe('Table');
    expect(table.body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual(['Name', 'Color']);
    expect(table.body.rows[0].cells).toEqual(['a', 'grey']);
    const meta = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const partial = await fixture.raw.send('GET', WIDGETS, { headers: { accept: meta } });
    expect(partial.body.kind).toBe('PartialObjectMetadataList');
    expect(partial.body.items[0].spec).toBeUndefined();
    const protobuf = 'application/vnd.kubernetes.protobuf';
    expect((await fixture.raw.send('GET', WIDGETS, { headers: { accept: protobuf } })).code).toBe(406);
  });
});
