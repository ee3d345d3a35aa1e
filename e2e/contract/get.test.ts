import { expect, it } from 'vitest';
import { createAt, gadget, serveGadgets } from './fixtures/gadgets.ts';
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

  it('names the group of a custom resource that is not there', async () => {
    const { path, group } = await serveGadgets(server);
    const { code, body } = await server.raw.send('GET', `${path}/nobody`);
    expect([code, body.message]).toEqual([404, `gadgets.${group} "nobody" not found`]);
    expect(body.details).toEqual({ name: 'nobody', group, kind: 'gadgets' });
  });

  it('takes every resource version that has been, and tells one from the future', async () => {
    const gadgets = await serveGadgets(server);
    const { metadata } = await createAt(server, gadgets.path, gadget(gadgets, 'g'));
    for (const version of ['', '0', '1', metadata.resourceVersion]) {
      const { code, body } = await server.raw.send('GET', `${gadgets.path}/g?resourceVersion=${version}`);
      expect([code, body.metadata.uid]).toEqual([200, metadata.uid]);
    }
    for (const name of ['g', 'nobody']) {
      const future = await server.raw.send('GET', `${gadgets.path}/${name}?resourceVersion=1000000000`);
      expect([future.code, future.body.reason, future.headers['retry-after']]).toEqual([504, 'Timeout', '1']);
      expect(future.body.details.causes).toEqual([
        { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
      ]);
    }
    const bad = await server.raw.send('GET', `${gadgets.path}/g?resourceVersion=x`);
    const message = 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax';
    expect([bad.code, bad.body.reason, bad.body.message]).toEqual([500, undefined, message]);
  });

  it('serves the status of an object as a whole object, and nothing else below it', async () => {
    const gadgets = await serveGadgets(server);
    await createAt(server, gadgets.path, gadget(gadgets, 'g'));
    const whole = await server.raw.send('GET', `${gadgets.path}/g`);
    expect((await server.raw.send('GET', `${gadgets.path}/g/status`)).body).toEqual(whole.body);
    for (const path of [`${gadgets.path}/g/scale`, `${gadgets.path}/g/log`]) {
      const { code, body } = await server.raw.send('GET', path);
      expect([code, body.reason, body.details.name]).toEqual([404, 'NotFound', 'g']);
    }
    const configMaps = `/api/v1/namespaces/${gadgets.namespace}/configmaps`;
    await createAt(server, configMaps, { metadata: { name: 'c' } });
    const { code, body } = await server.raw.send('GET', `${configMaps}/c/status`);
    expect([code, body.message, body.details]).toEqual([404, 'the server could not find the requested resource', {}]);
  });

  it('ignores query parameters that it does not know', async () => {
    const { code } = await server.raw.send('GET', '/api/v1/namespaces/default?foo=bar&limit=x&watch=true&%zz=1');
    expect(code).toBe(200);
  });

  it('knows HEAD for custom resources only', async () => {
    const gadgets = await serveGadgets(server);
    await createAt(server, gadgets.path, gadget(gadgets, 'g'));
    const configMaps = `/api/v1/namespaces/${gadgets.namespace}/configmaps`;
    const head = async (path: string): Promise<[number, string]> => {
      const { code, text } = await server.raw.send('HEAD', path);
      return [code, text];
    };
    expect(await head(gadgets.path)).toEqual([200, '']);
    expect(await head(`${gadgets.path}/g`)).toEqual([200, '']);
    expect(await head(`${gadgets.path}/nobody`)).toEqual([404, '']);
    expect(await head(configMaps)).toEqual([405, '']);
  });
});
