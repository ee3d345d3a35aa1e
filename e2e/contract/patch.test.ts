import { expect, it } from 'vitest';
import { onEachServer } from './servers.ts';
import type { ContractServer } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

onEachServer((server) => {
  it.each<[string, unknown, object]>([
    ['add', [{ op: 'add', path: '/data/b', value: '2' }], { a: '1', b: '2' }],
    ['add without a value', [{ op: 'add', path: '/data/b' }], { a: '1', b: '' }],
    ['replace of what is missing', [{ op: 'replace', path: '/data/b', value: '2' }], { a: '1', b: '2' }],
    ['remove', [{ op: 'remove', path: '/data/a' }], {}],
    ['copy', [{ op: 'copy', from: '/data/a', path: '/data/b' }], { a: '1', b: '1' }],
    ['move', [{ op: 'move', from: '/data/a', path: '/data/b' }], { b: '1' }],
    ['a test that passes', [{ op: 'test', path: '/data/a', value: '1' }], { a: '1' }],
    ['a test of nothing for null', [{ op: 'test', path: '/data/b', value: null }], { a: '1' }],
    ['no operations', null, { a: '1' }],
  ])('takes the JSON patch %s', async (_what, body, data) => {
    const path = await made(server);
    const answer = await server.raw.send('PATCH', path, { body: JSON.stringify(body), headers: PATCH.json });
    expect([answer.code, answer.body.data ?? {}]).toEqual([200, data]);
  });

  it.each<[string, unknown, number]>([
    ['an object', {}, 400],
    ['a number for an operation', [5], 400],
    ['an operation that does not exist', [{ op: 'sing', path: '/data/a' }], 422],
    ['a test that fails', [{ op: 'test', path: '/data/a', value: '2' }], 422],
    ['a path into nothing', [{ op: 'add', path: '/none/a', value: '2' }], 422],
    ['a removal of nothing', [{ op: 'remove', path: '/data/b' }], 422],
    ['a path without a slash', [{ op: 'add', path: 'data', value: {} }], 422],
    ['another name', [{ op: 'replace', path: '/metadata/name', value: 'x' }], 400],
    ['no metadata', [{ op: 'remove', path: '/metadata' }], 400],
    ['another version', [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }], 409],
    [
      'too many operations',
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
      413,
    ],
  ])('refuses the JSON patch %s', async (_what, body, code) => {
    const path = await made(server);
    expect((await server.raw.send('PATCH', path, { body, headers: PATCH.json })).code).toBe(code);
  });

  it.each<[string, unknown, number, string[]]>([
    ['another uid', { metadata: { uid: 'x' } }, 422, ['FieldValueInvalid metadata.uid']],
    ['data that cannot be decoded', { data: 'x' }, 422, ['FieldValueInvalid patch']],
    ['another kind', { kind: 'X' }, 422, ['FieldValueInvalid patch']],
    ['a list', [], 400, []],
  ])('refuses the merge patch with %s', async (_what, body, code, causes) => {
    const path = await made(server);
    const answer = await server.raw.send('PATCH', path, { body, headers: PATCH.merge });
    expect([answer.code, causesOf(answer)]).toEqual([code, causes]);
  });

  it('removes by null and replaces lists by a merge patch', async () => {
    const path = await made(server);
    const send = async (body: object) => await server.raw.send('PATCH', path, { body, headers: PATCH.merge });
    await send({ metadata: { finalizers: ['a.b/1', 'a.b/2'] }, data: { b: '2' } });
    const { body } = await send({ metadata: { finalizers: ['a.b/3'] }, data: { a: null } });
    expect([body.data, body.metadata.finalizers]).toEqual([{ b: '2' }, ['a.b/3']]);
    await send({ metadata: { finalizers: null } });
  });

  it.each<[string, object[], string[] | undefined]>([
    ['puts new items first', [{ finalizers: ['a.b/1'] }, { finalizers: ['a.b/2'] }], ['a.b/2', 'a.b/1']],
    [
      'keeps the place of known items',
      [{ finalizers: ['a.b/1', 'a.b/2'] }, { finalizers: ['a.b/2'] }],
      ['a.b/1', 'a.b/2'],
    ],
    [
      'orders as it is told',
      [{ finalizers: ['a.b/1'] }, { finalizers: ['a.b/2'], '$setElementOrder/finalizers': ['a.b/1', 'a.b/2'] }],
      ['a.b/1', 'a.b/2'],
    ],
    [
      'deletes what it names',
      [{ finalizers: ['a.b/1', 'a.b/2'] }, { '$deleteFromPrimitiveList/finalizers': ['a.b/1'] }],
      ['a.b/2'],
    ],
    ['removes by null', [{ finalizers: ['a.b/1'] }, { finalizers: null }], undefined],
  ])('%s in a strategic merge patch', async (_what, patches, finalizers) => {
    const path = await made(server);
    let answer = await server.raw.send('GET', path);
    for (const metadata of patches) {
      answer = await server.raw.send('PATCH', path, { body: { metadata }, headers: PATCH.strategic });
    }
    expect([answer.code, answer.body.metadata.finalizers]).toEqual([200, finalizers]);
    await server.raw.send('PATCH', path, { body: { metadata: { finalizers: null } }, headers: PATCH.merge });
  });

  it('merges owners by uid in a strategic merge patch', async () => {
    const path = await made(server);
    const owner = (uid: string, name: string) => ({ apiVersion: 'v1', kind: 'Node', name, uid });
    const send = async (ownerReferences: object[]) =>
      await server.raw.send('PATCH', `${path}?dryRun=All`, {
        body: { metadata: { ownerReferences } },
        headers: PATCH.strategic,
      });
    expect((await send([owner('u', 'a')])).body.metadata.ownerReferences).toEqual([owner('u', 'a')]);
    expect((await send([{ $patch: 'delete', uid: 'u' }])).body.metadata.ownerReferences).toBeUndefined();
  });

  it('warns of unknown and repeated fields, refuses them when strict, and ignores them when told', async () => {
    const path = await made(server);
    const body = '{"data":{"x":"1","x":"2"},"bogus":1}';
    const send = async (mode: string) =>
      await server.raw.send('PATCH', `${path}?fieldValidation=${mode}`, { body, headers: PATCH.merge });
    const strict = await send('Strict');
    expect([strict.code, causesOf(strict)]).toEqual([422, ['FieldValueInvalid patch']]);
    const warned = await send('Warn');
    expect([warned.code, warned.headers['warning']]).toEqual([
      200,
      '299 - "duplicate field \\"data.x\\"", 299 - "unknown field \\"bogus\\""',
    ]);
    expect((await send('Ignore')).headers['warning']).toBeUndefined();
  });

  it('patches nothing in a dry run', async () => {
    const path = await made(server);
    const before = (await server.raw.send('GET', path)).body;
    const dry = await server.raw.send('PATCH', `${path}?dryRun=All`, {
      body: { data: { z: '1' } },
      headers: PATCH.merge,
    });
    expect(dry.body.data).toEqual({ a: '1', z: '1' });
    expect((await server.raw.send('GET', path)).body).toEqual(before);
  });
});

async function made(server: ContractServer): Promise<string> {
  const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
  await server.raw.send('POST', path, { body: { metadata: { name: 'o' }, data: { a: '1' } } });
  return `${path}/o`;
}
