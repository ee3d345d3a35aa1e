import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { owned, serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

const CONDITION = { type: 'Ready', status: 'True' };

onEachServer((server) => {
  let boxes: Boxes;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
  });

  it('creates without the status that is sent', async () => {
    expect((await made()).body.status).toBeUndefined();
  });

  it.each(['PUT', 'merge', 'json', 'apply'] as const)('keeps the status from a %s of the object', async (how) => {
    const { path } = await made({ phase: 'P' });
    const answer = await write(path, how, { spec: { size: 2 }, status: { phase: 'Q' } });
    expect([answer.code, answer.body.spec.size, answer.body.status]).toEqual([200, 2, { phase: 'P' }]);
  });

  it.each(['PUT', 'merge', 'json', 'apply'] as const)('takes nothing but the status from a %s of it', async (how) => {
    const { path, body } = await made();
    const metadata = {
      labels: { a: '1' },
      annotations: { b: '1' },
      finalizers: ['a.b/c'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }],
      generation: 77,
      creationTimestamp: '2020-01-01T00:00:00Z',
    };
    const answer = await write(`${path}/status`, how, { metadata, spec: { size: 2 }, status: { phase: 'Q' } });
    const { managedFields: _before, resourceVersion: _version, ...kept } = body.metadata;
    const { managedFields: _after, resourceVersion: _next, ...found } = answer.body.metadata;
    expect([answer.code, answer.body.spec, answer.body.status]).toEqual([200, { size: 1 }, { phase: 'Q' }]);
    expect(found).toEqual(kept);
  });

  it.each(['PUT', 'merge', 'json', 'apply'] as const)('records who wrote the status by a %s apart', async (how) => {
    const { path } = await made();
    const answer = await write(`${path}/status`, how, { status: { phase: 'Q', conditions: [CONDITION] } });
    const item = 'status.conditions[type=Ready]';
    const fields = `${item} ${item}.status ${item}.type status.phase`;
    const created = { 'maker updates': 'spec spec.size' };
    expect(owned(answer.body.metadata.managedFields)).toEqual(
      how === 'apply'
        ? { ...created, 'w applies status': fields }
        : { ...created, 'w updates status': `status status.conditions ${fields}` },
    );
  });

  it('raises the generation with the spec alone', async () => {
    const { path, body } = await made();
    const steps: [string, object, number][] = [
      ['/status', { status: { phase: 'P' } }, 1],
      ['', { metadata: { labels: { a: '1' } } }, 1],
      ['', { metadata: { annotations: { a: '1' } } }, 1],
      ['', { metadata: { finalizers: ['a.b/c'] } }, 1],
      ['', { metadata: { finalizers: null } }, 1],
      ['', { metadata: { generation: 77 } }, 1],
      ['', { spec: { size: 1 } }, 1],
      ['', { spec: { size: 2 } }, 2],
      ['/status', { status: { phase: 'Q' }, spec: { size: 3 } }, 2],
      ['', { spec: null }, 3],
    ];
    expect(body.metadata.generation).toBe(1);
    for (const [subresource, patch, generation] of steps) {
      const answer = await write(`${path}${subresource}`, 'merge', patch);
      expect([patch, answer.body.metadata.generation]).toEqual([patch, generation]);
    }
  });

  it.each<[string, string, object]>([
    ['the status is the same', '/status', { status: { phase: 'P' } }],
    ['the status is not sent', '/status', {}],
    ['only the spec is sent with it', '/status', { spec: { size: 5 } }],
    ['only owners are sent with it', '/status', { metadata: { managedFields: [{}] } }],
    ['only the status is sent with the object', '', { status: { phase: 'Q' } }],
    ['only another generation is sent with the object', '', { metadata: { generation: 5 } }],
  ])('keeps the version when %s', async (_what, subresource, patch) => {
    const { path, body } = await made({ phase: 'P' });
    const answer = await write(`${path}${subresource}`, 'merge', patch);
    expect([answer.code, answer.body]).toEqual([200, body]);
  });

  it('removes the status by null, or by a PUT without it', async () => {
    const first = await made({ phase: 'P' });
    expect((await write(`${first.path}/status`, 'merge', { status: null })).body.status).toBeUndefined();
    const second = await made({ phase: 'P' });
    expect((await write(`${second.path}/status`, 'PUT', { status: undefined })).body.status).toBeUndefined();
  });

  it.each<[string, object, number, string[]]>([
    ['a value of the wrong type', { status: { phase: 5 } }, 422, ['FieldValueTypeInvalid status.phase']],
    ['a word', { status: 'x' }, 422, ['FieldValueTypeInvalid status']],
    [
      'an item without its key',
      { status: { conditions: [{}] } },
      422,
      ['FieldValueRequired status.conditions[0].type'],
    ],
    [
      'an item twice',
      { status: { conditions: [CONDITION, CONDITION] } },
      422,
      ['FieldValueDuplicate status.conditions[1]'],
    ],
    ['a stale version', { metadata: { resourceVersion: '1' }, status: { phase: 'Q' } }, 409, []],
    ['another name', { metadata: { name: 'other' } }, 400, []],
  ])('refuses a status with %s', async (_what, patch, code, causes) => {
    const { path } = await made({ phase: 'P' });
    const answer = await write(`${path}/status`, 'merge', patch);
    expect([answer.code, causesOf(answer)]).toEqual([code, causes]);
    expect((await server.raw.send('GET', `${path}/status`)).body.status).toEqual({ phase: 'P' });
  });

  it('takes a status beside a spec that would be refused', async () => {
    const { path } = await made();
    const answer = await write(`${path}/status`, 'merge', { spec: { size: 'x' }, status: { phase: 'Q' } });
    expect([answer.code, answer.body.spec, answer.body.status]).toEqual([200, { size: 1 }, { phase: 'Q' }]);
  });

  it.each<[string, string, number]>([
    ['GET', 'status', 200],
    ['POST', 'status', 405],
    ['DELETE', 'status', 405],
    ['GET', 'scale', 404],
    ['PUT', 'nope', 404],
  ])('answers a %s of the subresource %s', async (method, subresource, code) => {
    const { path, body } = await made();
    const sent = method === 'GET' ? {} : { body };
    expect((await server.raw.send(method, `${path}/${subresource}`, sent)).code).toBe(code);
  });

  /** A box with the status given, and its path. */
  async function made(status?: object): Promise<{ path: string; body: RawAnswer['body'] }> {
    const name = uniqueName('box');
    const path = `${boxes.path}/${name}`;
    const box = {
      apiVersion: boxes.apiVersion,
      kind: 'Box',
      metadata: { name },
      spec: { size: 1 },
      status: { phase: 'no' },
    };
    const created = await server.raw.send('POST', `${boxes.path}?fieldManager=maker`, { body: box });
    expect(created.code, created.text).toBe(201);
    if (status === undefined) return { path, body: created.body };
    return { path, body: (await write(`${path}/status`, 'merge', { status })).body };
  }

  /** Writes fields of a box, each of the four ways with the same meaning. */
  async function write(path: string, how: 'PUT' | 'merge' | 'json' | 'apply', fields: Fields): Promise<RawAnswer> {
    const at = `${path}?fieldManager=w${how === 'apply' ? '&force=true' : ''}`;
    const { body: live } = await server.raw.send('GET', path);
    const { metadata, ...rest } = fields;
    if (how === 'PUT') {
      const body = { ...live, ...rest, metadata: { ...live.metadata, ...metadata } };
      return await server.raw.send('PUT', at, { body });
    }
    if (how === 'merge') return await server.raw.send('PATCH', at, { body: fields, headers: PATCH.merge });
    if (how === 'apply') {
      const intent = {
        apiVersion: live.apiVersion,
        kind: live.kind,
        metadata: { name: live.metadata.name, ...metadata },
        ...rest,
      };
      return await server.raw.send('PATCH', at, { body: intent, headers: PATCH.apply });
    }
    const sent = { metadata: { ...live.metadata, ...metadata }, ...rest };
    const operations = Object.entries(sent).map(([key, value]) => ({ op: 'add', path: `/${key}`, value }));
    return await server.raw.send('PATCH', at, { body: operations, headers: PATCH.json });
  }
});

interface Fields {
  metadata?: object;
  spec?: object | null;
  status?: unknown;
}
