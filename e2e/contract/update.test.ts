import type { RawAnswer } from '@nannyapi/standalone/testing';
import { expect, it } from 'vitest';
import { onEachServer } from './servers.ts';
import type { ContractServer } from './servers.ts';
import { causesOf, ownersOf } from './write-answers.ts';

onEachServer((server) => {
  it.each<[string, object, number, string[]]>([
    ['a stale version', { resourceVersion: '1' }, 409, []],
    ['a version that is no number', { resourceVersion: 'x' }, 500, []],
    ['another uid', { uid: '11111111-1111-1111-1111-111111111111' }, 409, []],
    ['another name', { name: 'other' }, 400, []],
    ['no name', { name: '' }, 400, []],
    ['another namespace', { namespace: 'other' }, 400, []],
    [
      'a deletion time',
      { deletionTimestamp: '2020-01-01T00:00:00Z' },
      422,
      ['FieldValueInvalid metadata.deletionTimestamp'],
    ],
    [
      'a grace period',
      { deletionGracePeriodSeconds: 5 },
      422,
      ['FieldValueInvalid metadata.deletionGracePeriodSeconds'],
    ],
    ['a label with a blank', { labels: { 'a b': '' } }, 422, ['FieldValueInvalid metadata.labels']],
  ])('refuses %s', async (_what, metadata, code, causes) => {
    const { path, body } = await made(server);
    const sent = { ...body, metadata: { ...body.metadata, ...metadata } };
    const answer = await server.raw.send('PUT', path, { body: sent });
    expect(answer.code).toBe(code);
    expect(causesOf(answer)).toEqual(causes);
  });

  it.each<[string, object]>([
    ['nothing at all', {}],
    ['another time of creation', { creationTimestamp: '2020-01-01T00:00:00Z' }],
    ['another generation', { generation: 77 }],
    ['no uid and no managedFields', { uid: '', managedFields: undefined }],
  ])('keeps the version when a PUT changes %s', async (_what, metadata) => {
    const { path, body } = await made(server);
    const answer = await server.raw.send('PUT', path, {
      body: { ...body, metadata: { ...body.metadata, ...metadata } },
    });
    expect([answer.code, answer.body]).toEqual([200, body]);
  });

  it('overwrites without a version what is no lease', async () => {
    const { path, body, namespace } = await made(server);
    const { resourceVersion: _resourceVersion, ...metadata } = body.metadata;
    expect((await server.raw.send('PUT', path, { body: { ...body, metadata, data: { b: '2' } } })).code).toBe(200);
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' } };
    expect((await server.raw.send('PUT', `${leases}/l`, { body: lease })).code).toBe(201);
    const again = await server.raw.send('PUT', `${leases}/l`, { body: lease });
    expect([again.code, causesOf(again)]).toEqual([422, ['FieldValueInvalid metadata.resourceVersion']]);
  });

  it('does not create by PUT what is no lease or event', async () => {
    const { path, body } = await made(server);
    const metadata = { name: 'missing' };
    const answer = await server.raw.send('PUT', path.replace(/o$/, 'missing'), { body: { ...body, metadata } });
    expect(answer.code).toBe(404);
  });

  it('lets no writer lose an increment', async () => {
    const { path } = await made(server, { count: '0' });
    const increment = async (): Promise<void> => {
      const { body } = await server.raw.send('GET', path);
      const data = { count: String(Number(body.data.count) + 1) };
      if ((await server.raw.send('PUT', path, { body: { ...body, data } })).code !== 200) await increment();
    };
    await Promise.all(Array.from({ length: 20 }, increment));
    expect((await server.raw.send('GET', path)).body.data.count).toBe('20');
  });

  it('records who changed what, by parameter or user agent', async () => {
    const { path } = await made(server);
    const change = async (query: string, labels: object, headers: Record<string, string> = {}): Promise<void> => {
      const { body } = await server.raw.send('GET', path);
      await server.raw.send('PUT', path + query, {
        body: { ...body, metadata: { ...body.metadata, labels } },
        headers,
      });
    };
    await change('?fieldManager=one', { a: '1', b: '1' });
    await change('', { a: '1', b: '2' }, { 'user-agent': 'agent/1.0 (linux)' });
    expect(ownersOf(await server.raw.send('GET', path))).toEqual([
      ['agent', 'Update', '', { 'f:metadata': { 'f:labels': { 'f:b': {} } } }],
      ['maker', 'Update', '', { 'f:data': { '.': {}, 'f:a': {} } }],
      ['one', 'Update', '', { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } }],
    ]);
  });

  it('forgets the owners when it is told so, and records no later update', async () => {
    const { path, body } = await made(server);
    const reset = { ...body, metadata: { ...body.metadata, managedFields: [{}] } };
    const bare = await server.raw.send('PUT', path, { body: reset });
    expect(ownersOf(bare)).toEqual([]);
    expect(ownersOf(await server.raw.send('PUT', path, { body: { ...bare.body, data: { z: '1' } } }))).toEqual([]);
  });

  it.each([
    ['fieldManager=%01', 'FieldValueInvalid fieldManager'],
    [`fieldManager=${'x'.repeat(129)}`, 'FieldValueTooLong fieldManager'],
    ['dryRun=Some', 'FieldValueNotSupported dryRun'],
    ['dryRun=', 'FieldValueNotSupported dryRun'],
    ['fieldValidation=Maybe', 'FieldValueNotSupported fieldValidation'],
  ])('refuses the option %s', async (query, cause) => {
    const { path, body } = await made(server);
    const answer = await server.raw.send('PUT', `${path}?${query}`, { body });
    expect([answer.code, answer.body.details.kind, causesOf(answer)]).toEqual([422, 'UpdateOptions', [cause]]);
  });
});

async function made(
  server: ContractServer,
  data: object = { a: '1' },
): Promise<{ path: string; body: RawAnswer['body']; namespace: string }> {
  const namespace = await server.createNamespace();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const answer = await server.raw.send('POST', `${path}?fieldManager=maker`, {
    body: { metadata: { name: 'o' }, data },
  });
  return { path: `${path}/o`, body: answer.body, namespace };
}
