import { expect, it } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';

onEachServer((server) => {
  it('gives an object back as it was created', async () => {
    const namespace = await server.createNamespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const name = uniqueName();
    const created = await server.raw.send('POST', path, { body: { metadata: { name }, data: { a: '1' } } });
    expect(created.code).toBe(201);
    const got = await server.raw.send('GET', `${path}/${name}`);
    expect(got.body).toEqual(created.body);
    expect(got.body.data).toEqual({ a: '1' });
  });

  it('answers 404 with the name and the resource for an object that is not there', async () => {
    const { code, body } = await server.raw.send('GET', '/api/v1/namespaces/default/configmaps/nobody');
    expect(code).toBe(404);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'configmaps "nobody" not found',
      reason: 'NotFound',
      details: { name: 'nobody', kind: 'configmaps' },
      code: 404,
    });
  });
});
