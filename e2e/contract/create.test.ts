import { expect, it } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf } from './write-answers.ts';

onEachServer((server) => {
  it.each<[string, string, number, RegExp]>([
    ['a prefix', 'a-', 201, /^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/],
    ['a prefix that would make the name too long', 'x'.repeat(80), 201, /^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/],
    ['a prefix that is no name', 'A_b', 422, /^$/],
  ])('makes up a name from %s', async (_what, generateName, code, form) => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const { code: answered, body } = await server.raw.send('POST', path, { body: { metadata: { generateName } } });
    expect(answered).toBe(code);
    expect(code === 201 ? body.metadata.name : '').toMatch(form);
  });

  it('gives fifty clients at once fifty names', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const body = { metadata: { generateName: 'many-' } };
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.raw.send('POST', path, { body })));
    expect(new Set(answers.map((answer) => answer.body.metadata.name)).size).toBe(50);
  });

  it('lets one of many creates of one name win, and shows the winner to all', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const tries = Array.from({ length: 20 }, async (_value, index) => {
      const made = await server.raw.send('POST', path, {
        body: { metadata: { name: 'one' }, data: { by: `${index}` } },
      });
      return { made, read: await server.raw.send('GET', `${path}/one`) };
    });
    const answers = await Promise.all(tries);
    expect(answers.filter(({ made }) => made.code === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ made }) => made.code))).toEqual(new Set([201, 409]));
    expect(new Set(answers.map(({ read }) => read.body.data?.by)).size).toBe(1);
  });

  it.each<[string, object, number, string[]]>([
    ['no name', {}, 422, ['FieldValueRequired metadata.name']],
    ['a name with capitals', { name: 'A' }, 422, ['FieldValueInvalid metadata.name']],
    ['a name that is too long', { name: 'x'.repeat(254) }, 422, ['FieldValueInvalid metadata.name']],
    ['another namespace', { name: 'a', namespace: 'other' }, 400, []],
    ['a number as name', { name: 5 }, 400, []],
    ['a label key with a blank', { name: 'a', labels: { 'a b': '' } }, 422, ['FieldValueInvalid metadata.labels']],
    ['a label value with a blank', { name: 'a', labels: { a: 'b c' } }, 422, ['FieldValueInvalid metadata.labels']],
    ['a label that is a number', { name: 'a', labels: { a: 1 } }, 400, []],
    [
      'annotations beyond 256 KiB',
      { name: 'a', annotations: { a: 'x'.repeat(262_145) } },
      422,
      ['FieldValueTooLong metadata.annotations'],
    ],
    [
      'a finalizer without a domain',
      { name: 'a', finalizers: ['x'] },
      422,
      ['FieldValueInvalid metadata.finalizers[0]'],
    ],
    [
      'both finalizers of the collector',
      { name: 'a', finalizers: ['orphan', 'foregroundDeletion'] },
      422,
      ['FieldValueInvalid metadata.finalizers'],
    ],
    [
      'an empty owner reference',
      { name: 'a', ownerReferences: [{}] },
      422,
      ['apiVersion', 'kind', 'name', 'uid'].map((field) => `FieldValueInvalid metadata.ownerReferences.${field}`),
    ],
    [
      'an event as owner',
      { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'u' }] },
      422,
      ['FieldValueInvalid metadata.ownerReferences'],
    ],
    ['a negative generation', { name: 'a', generation: -1 }, 422, ['FieldValueInvalid metadata.generation']],
    ['a creation time that is none', { name: 'a', creationTimestamp: 'x' }, 400, []],
    ['a resource version', { name: 'a', resourceVersion: '5' }, 500, []],
  ])('refuses %s', async (_what, metadata, code, causes) => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const answer = await server.raw.send('POST', path, { body: { metadata } });
    expect(answer.code).toBe(code);
    expect(causesOf(answer)).toEqual(causes);
  });

  it('drops what only the server may set', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const uid = '11111111-1111-1111-1111-111111111111';
    const old = '2020-01-01T00:00:00Z';
    const metadata = { name: 'a', uid, selfLink: '/x', creationTimestamp: old, deletionTimestamp: old };
    const { body } = await server.raw.send('POST', path, { body: { metadata } });
    expect(Object.keys(body.metadata).sort()).toEqual([
      'creationTimestamp',
      'name',
      'namespace',
      'resourceVersion',
      'uid',
    ]);
    expect([body.metadata.uid === uid, body.metadata.creationTimestamp === old]).toEqual([false, false]);
  });

  it('looks for the namespace before it judges the object', async () => {
    const answer = await server.raw.send('POST', `/api/v1/namespaces/${uniqueName('none')}/configmaps`, {
      body: { metadata: { name: 'A' } },
    });
    expect([answer.code, answer.body.details.kind]).toEqual([404, 'namespaces']);
  });

  it('keeps repeated owners once, and warns', async () => {
    const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
    const owner = { apiVersion: 'v1', kind: 'X', name: 'a', uid: 'u' };
    const answer = await server.raw.send('POST', path, {
      body: { metadata: { name: 'a', ownerReferences: [owner, owner] } },
    });
    expect(answer.body.metadata.ownerReferences).toEqual([owner]);
    expect(answer.headers['warning']).toContain('duplicate UID(s) observed: u');
  });
});
