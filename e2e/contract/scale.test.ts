import { expect, it, beforeAll } from 'vitest';
import { findKubectl, kubectlFor } from '../system/kubectl.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

const SCALE = { apiVersion: 'autoscaling/v1', kind: 'Scale' };

onEachServer((server) => {
  const group = `${uniqueName('scale')}.example.com`;
  const root = `/apis/${group}/v1`;
  let namespace = '';
  let things = '';

  beforeAll(async () => {
    await server.createCrd(scaledCrd(group));
    namespace = await server.createNamespace();
    things = `${root}/namespaces/${namespace}/things`;
  });

  it('shows the numbers and the selector of an object as its scale', async () => {
    const path = await thing({ size: 2 });
    const { metadata } = (await server.raw.send('GET', path)).body;
    const { uid, resourceVersion, creationTimestamp, name } = metadata;
    expect((await server.raw.send('GET', `${path}/scale`)).body).toEqual({
      ...SCALE,
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: 2 },
      status: { replicas: 0 },
    });
    const status = { status: { size: 5, selector: 'a=b' } };
    await server.raw.send('PATCH', `${path}/status`, { body: status, headers: PATCH.merge });
    const { body } = await server.raw.send('GET', `${path}/scale`);
    expect(body.status).toEqual({ replicas: 5, selector: 'a=b' });
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = (await server.raw.send('GET', `${path}/scale`, { headers })).body;
    expect(table.rows[0].cells.slice(0, 3)).toEqual([name, 2, 5]);
  });

  it('takes the number wanted and nothing else', async () => {
    const path = await thing({ size: 2, other: 'kept' });
    const scale = (await server.raw.send('GET', `${path}/scale`)).body;
    const sent = {
      ...scale,
      metadata: { ...scale.metadata, labels: { a: 'b' } },
      spec: { replicas: 7 },
      status: { replicas: 9 },
    };
    const put = await server.raw.send('PUT', `${path}/scale?fieldManager=scaler`, { body: sent });
    expect([put.code, put.body.spec, put.body.status, put.body.metadata.labels]).toEqual([
      200,
      { replicas: 7 },
      { replicas: 0 },
      undefined,
    ]);
    const answer = await server.raw.send('GET', path);
    const { spec, status, metadata } = answer.body;
    expect([spec, status, metadata.generation, metadata.labels]).toEqual([
      { size: 7, other: 'kept' },
      undefined,
      2,
      undefined,
    ]);
    expect(ownersOf(answer)).toEqual([
      ['maker', 'Update', '', { 'f:spec': { '.': {}, 'f:other': {} } }],
      ['scaler', 'Update', 'scale', { 'f:spec': { 'f:size': {} } }],
    ]);
    const late = await server.raw.send('PUT', `${path}/scale`, { body: scale });
    expect([late.code, late.body.reason]).toEqual([409, 'Conflict']);
  });

  it('patches in the forms that custom resources take, and tries without doing', async () => {
    const path = await thing({ size: 2 });
    const send = async (type: keyof typeof PATCH, body: object, query = ''): Promise<unknown[]> => {
      const answer = await server.raw.send('PATCH', `${path}/scale${query}`, { body, headers: PATCH[type] });
      return [answer.code, answer.body.spec];
    };
    expect(await send('merge', { spec: { replicas: 3 } })).toEqual([200, { replicas: 3 }]);
    expect(await send('json', [{ op: 'replace', path: '/spec/replicas', value: 4 }])).toEqual([200, { replicas: 4 }]);
    expect(await send('merge', { spec: { replicas: 60 } }, '?dryRun=All')).toEqual([200, { replicas: 60 }]);
    expect((await server.raw.send('GET', path)).body.spec.size).toBe(4);
    expect(await send('merge', { spec: { replicas: null } })).toEqual([200, {}]);
    expect(await send('strategic', { spec: { replicas: 1 } })).toEqual([415, undefined]);
    expect(await send('apply', { ...SCALE, spec: { replicas: 1 } }, '?fieldManager=a')).toEqual([500, undefined]);
    expect((await server.raw.send('GET', path)).body.spec.size).toBe(0);
  });

  it.each<[string, object, number, string[]]>([
    ['fewer than none', { spec: { replicas: -3 } }, 422, ['FieldValueInvalid .spec.size']],
    ['more than 32 bits', { spec: { replicas: 2_147_483_648 } }, 400, []],
    ['another kind', { kind: 'Thing', spec: { replicas: 1 } }, 400, []],
    ['another name', { metadata: { name: 'b' }, spec: { replicas: 1 } }, 400, []],
    ['another uid', { uid: 'u', spec: { replicas: 1 } }, 409, []],
  ])('refuses a scale of %s', async (_what, fields, code, causes) => {
    const path = await thing({ size: 2 });
    const { uid, ...rest } = fields as { uid?: string };
    const metadata = { name: path.split('/').at(-1), ...(uid === undefined ? {} : { uid }) };
    const answer = await server.raw.send('PUT', `${path}/scale`, { body: { ...SCALE, metadata, ...rest } });
    expect([answer.code, causesOf(answer)]).toEqual([code, causes]);
    expect((await server.raw.send('GET', path)).body.spec.size).toBe(2);
  });

  it('judges the numbers of the objects too', async () => {
    const metadata = { name: 'bad' };
    for (const size of [-1, 2_147_483_648]) {
      const body = { apiVersion: `${group}/v1`, kind: 'Thing', metadata, spec: { size } };
      const answer = await server.raw.send('POST', things, { body });
      expect([answer.code, causesOf(answer)]).toEqual([422, ['FieldValueInvalid .spec.size']]);
    }
  });

  it('says so where an object has no number, and takes a first one', async () => {
    const path = await thing({});
    const missing = await server.raw.send('GET', `${path}/scale`);
    const message = 'Internal error occurred: the spec replicas field ".spec.size" does not exist';
    expect([missing.code, missing.body.message]).toEqual([500, message]);
    const empty = await server.raw.send('PATCH', `${path}/scale`, { body: {}, headers: PATCH.merge });
    expect([empty.code, empty.body.message]).toEqual([400, 'the spec replicas field ".spec.size" cannot be empty']);
    const first = await server.raw.send('PATCH', `${path}/scale`, {
      body: { spec: { replicas: 1 } },
      headers: PATCH.merge,
    });
    expect([first.code, first.body.spec]).toEqual([200, { replicas: 1 }]);
    expect((await server.raw.send('GET', `${things}/nobody/scale`)).code).toBe(404);
    expect((await server.raw.send('DELETE', `${path}/scale`)).code).toBe(405);
  });

  it('is told by discovery and OpenAPI', async () => {
    const { resources } = (await server.raw.send('GET', root)).body;
    expect(resources.slice(1)).toEqual([
      { name: 'things/status', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get', 'patch', 'update'] },
      {
        name: 'things/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      },
    ]);
    const document = (await server.raw.send('GET', `/openapi/v3${root}`)).body;
    const { put } = document.paths[`${root}/namespaces/{namespace}/things/{name}/scale`];
    const schema = { $ref: '#/components/schemas/io.k8s.api.autoscaling.v1.Scale' };
    expect(put.requestBody.content['application/json'].schema).toEqual(schema);
    expect(Object.keys(document.components.schemas)).toContain('io.k8s.api.autoscaling.v1.Scale');
  });

  it.runIf(findKubectl())('is what kubectl scale writes (left out without kubectl)', async () => {
    const path = await thing({ size: 2 });
    const name = path.split('/').at(-1) ?? '';
    const kubectl = kubectlFor(server.kubeconfigPath);
    const args = ['scale', `things.${group}`, name, '-n', namespace, '--current-replicas=2', '--replicas=5'];
    expect(await kubectl(args)).toEqual({ exitCode: 0, stdout: `thing.${group}/${name} scaled\n`, stderr: '' });
    expect((await server.raw.send('GET', path)).body.spec.size).toBe(5);
  });

  async function thing(spec: object): Promise<string> {
    const name = uniqueName('thing');
    const body = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name }, spec };
    const { code } = await server.raw.send('POST', `${things}?fieldManager=maker`, { body });
    expect(code).toBe(201);
    return `${things}/${name}`;
  }
});

function scaledCrd(group: string): object {
  const integer = { type: 'integer' };
  const text = { type: 'string' };
  const spec = { type: 'object', properties: { size: integer, other: text } };
  const status = { type: 'object', properties: { size: integer, selector: text } };
  const scale = {
    specReplicasPath: '.spec.size',
    statusReplicasPath: '.status.size',
    labelSelectorPath: '.status.selector',
  };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {}, scale },
    schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [version] },
  };
}
