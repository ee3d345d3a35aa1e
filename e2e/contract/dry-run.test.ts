import type { RawAnswer } from '@nannyapi/standalone/testing';
import { beforeAll, expect, it } from 'vitest';
import { owned, serveBoxes, type Boxes } from './fixtures/boxes.ts';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

/** A write: its name, method, path below the collection, content type, body and the code of its answer. */
interface Write {
  title: string;
  method: string;
  at: string;
  type?: keyof typeof PATCH;
  body?: unknown;
  code: number;
}

const WRITES: Write[] = [
  { title: 'create', method: 'POST', at: '', body: box('new', { size: 1 }), code: 201 },
  {
    title: 'create under a made-up name',
    method: 'POST',
    at: '',
    body: { metadata: { generateName: 'g-' } },
    code: 201,
  },
  { title: 'create of what is there', method: 'POST', at: '', body: box('old', { size: 1 }), code: 409 },
  { title: 'create that is invalid', method: 'POST', at: '', body: box('new', { size: 'x' }), code: 422 },
  { title: 'PUT', method: 'PUT', at: '/old', body: box('old', { size: 2 }), code: 200 },
  { title: 'PUT of a stale version', method: 'PUT', at: '/old', body: stale('old'), code: 409 },
  { title: 'PUT of nothing that is there', method: 'PUT', at: '/new', body: box('new', {}), code: 404 },
  {
    title: 'PUT of the status',
    method: 'PUT',
    at: '/old/status',
    body: { ...box('old'), status: { phase: 'P' } },
    code: 200,
  },
  { title: 'merge patch', method: 'PATCH', at: '/old', type: 'merge', body: { spec: { size: 2 } }, code: 200 },
  {
    title: 'merge patch that is invalid',
    method: 'PATCH',
    at: '/old',
    type: 'merge',
    body: { spec: { size: 'x' } },
    code: 422,
  },
  {
    title: 'JSON patch',
    method: 'PATCH',
    at: '/old',
    type: 'json',
    body: [{ op: 'remove', path: '/spec' }],
    code: 200,
  },
  {
    title: 'patch of the status',
    method: 'PATCH',
    at: '/old/status',
    type: 'merge',
    body: { status: { phase: 'P' } },
    code: 200,
  },
  { title: 'apply that creates', method: 'PATCH', at: '/new', type: 'apply', body: box('new', { size: 2 }), code: 201 },
  {
    title: 'apply that changes',
    method: 'PATCH',
    at: '/old',
    type: 'apply',
    body: box('old', { color: 'x' }),
    code: 200,
  },
  { title: 'apply in conflict', method: 'PATCH', at: '/old', type: 'apply', body: box('old', { size: 2 }), code: 409 },
  {
    title: 'removal of the finalizer',
    method: 'PATCH',
    at: '/held',
    type: 'merge',
    body: { metadata: { finalizers: null } },
    code: 200,
  },
  { title: 'DELETE', method: 'DELETE', at: '/old', code: 200 },
  {
    title: 'DELETE in the foreground',
    method: 'DELETE',
    at: '/old',
    body: { propagationPolicy: 'Foreground' },
    code: 200,
  },
  { title: 'DELETE of what a finalizer holds', method: 'DELETE', at: '/held', code: 200 },
  { title: 'DELETE of another uid', method: 'DELETE', at: '/old', body: { preconditions: { uid: 'x' } }, code: 409 },
  { title: 'DELETE of nothing that is there', method: 'DELETE', at: '/new', code: 404 },
  { title: 'DELETE of all', method: 'DELETE', at: '', code: 200 },
];

onEachServer((server) => {
  let boxes: Boxes;
  beforeAll(async () => {
    boxes = await serveBoxes(server);
    await make('old', {});
    await make('held', { finalizers: ['a.b/c'] });
  });

  it.each(WRITES)('answers a $title as it would, and stores nothing', async (write) => {
    const before = await everything();
    expect((await send(write)).code).toBe(write.code);
    expect((await everything()).body.items).toEqual(before.body.items);
  });

  it('sends no event to watches', async () => {
    const { resourceVersion } = (await everything()).body.metadata;
    const watch = await server.raw.watch(`${boxes.path}?watch=1&resourceVersion=${resourceVersion}`);
    for (const write of WRITES) await send(write);
    const marker = uniqueName('marker');
    await make(marker, {});
    const { type, object } = await watch.next();
    watch.close();
    expect([type, object.metadata.name]).toEqual(['ADDED', marker]);
    await server.raw.send('DELETE', `${boxes.path}/${marker}`);
  });

  it('answers with the object as it would be, owners included', async () => {
    const created = await send({ title: '', method: 'POST', at: '', body: box('new', { size: 1 }), code: 201 });
    expect(created.body.metadata).toMatchObject({ name: 'new', generation: 1, uid: expect.stringMatching(/-/) });
    expect(created.body.metadata.resourceVersion).toBeUndefined();
    expect(owned(created.body.metadata.managedFields)).toEqual({ 'dry updates': 'spec spec.size' });
    const before = (await server.raw.send('GET', `${boxes.path}/old`)).body;
    const patch = { title: '', method: 'PATCH', at: '/old', code: 200 };
    const { body } = await send({ ...patch, type: 'merge', body: { spec: { size: 5 } } });
    expect(body.metadata).toMatchObject({ generation: 2, resourceVersion: before.metadata.resourceVersion });
    expect([body.spec, owned(body.metadata.managedFields)]).toEqual([
      { size: 5 },
      { 'maker updates': 'spec', 'dry updates': 'spec.size' },
    ]);
  });

  it('hears no wish in the query of a DELETE with a body', async () => {
    const name = uniqueName('box');
    await make(name, {});
    const body = { kind: 'DeleteOptions', apiVersion: 'v1' };
    expect((await server.raw.send('DELETE', `${boxes.path}/${name}?dryRun=All`, { body })).code).toBe(200);
    expect((await server.raw.send('GET', `${boxes.path}/${name}`)).code).toBe(404);
  });

  it.each(['Some', '', 'all', 'All,All'])('refuses the wish %j for every write', async (wish) => {
    const kinds = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions', DELETE: 'DeleteOptions' };
    for (const write of WRITES.filter(({ code }) => code < 300)) {
      const answer = await send(write, wish);
      expect([write.title, answer.code, causesOf(answer), answer.body.details.kind]).toEqual([
        write.title,
        422,
        ['FieldValueNotSupported dryRun'],
        kinds[write.method as keyof typeof kinds],
      ]);
    }
  });

  it('takes the same wish twice', async () => {
    const path = `${boxes.path}?dryRun=All&dryRun=All`;
    expect((await server.raw.send('POST', path, { body: typed(box('new')) })).code).toBe(201);
    expect((await server.raw.send('GET', `${boxes.path}/new`)).code).toBe(404);
  });

  it('creates no lease by a PUT, and no namespace', async () => {
    const namespace = await server.createNamespace();
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/l`;
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' } };
    expect((await server.raw.send('PUT', `${path}?dryRun=All`, { body: lease })).code).toBe(201);
    expect((await server.raw.send('GET', path)).code).toBe(404);
    const name = uniqueName('dry');
    await server.raw.send('POST', '/api/v1/namespaces?dryRun=All', { body: { metadata: { name } } });
    expect((await server.raw.send('GET', `/api/v1/namespaces/${name}`)).code).toBe(404);
    await server.raw.send('DELETE', `/api/v1/namespaces/${namespace}?dryRun=All`);
    expect((await server.raw.send('GET', `/api/v1/namespaces/${namespace}`)).body.status.phase).toBe('Active');
  });

  async function make(name: string, metadata: object): Promise<void> {
    const { metadata: named, ...rest } = typed(box(name, { size: 1 }));
    const body = { ...rest, metadata: { ...named, ...metadata } };
    const { code, text } = await server.raw.send('POST', `${boxes.path}?fieldManager=maker`, { body });
    expect(code, text).toBe(201);
  }

  async function everything(): Promise<RawAnswer> {
    return await server.raw.send('GET', boxes.path);
  }

  /** The body of a PUT names the version that is there, unless it names one already. */
  async function versioned(at: string, body: Named): Promise<Named> {
    const live = (await server.raw.send('GET', `${boxes.path}${at}`)).body;
    return { ...body, metadata: { resourceVersion: live.metadata.resourceVersion, ...body.metadata } };
  }

  async function send({ method, at, type, body: sent }: Write, wish = 'All'): Promise<RawAnswer> {
    const body = method === 'PUT' ? await versioned(at, sent as Named) : sent;
    const isObject = method === 'POST' || method === 'PUT' || type === 'apply';
    // A DELETE with a body listens to nothing else.
    const wishing = method === 'DELETE' ? { ...(body as object), dryRun: [wish] } : body;
    const options = {
      ...(body === undefined ? {} : { body: isObject ? typed(body as Named) : wishing }),
      ...(type === undefined ? {} : { headers: PATCH[type] }),
    };
    const path = `${boxes.path}${at}?dryRun=${wish}${method === 'DELETE' ? '' : '&fieldManager=dry'}`;
    return await server.raw.send(method, path, options);
  }

  function typed<T extends Named>(object: T): T & { apiVersion: string; kind: string } {
    return { ...object, apiVersion: boxes.apiVersion, kind: 'Box' };
  }
});

interface Named {
  metadata: object;
}

function box(name: string, spec: object = {}): Named & { spec: object } {
  return { metadata: { name }, spec };
}

function stale(name: string): Named {
  return { metadata: { name, resourceVersion: '1' } };
}
