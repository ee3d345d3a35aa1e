import type { RawWatch } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAt, gadget, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { onEachServer, uniqueName } from './servers.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const METADATA = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

onEachServer((server) => {
  let gadgets: Gadgets;
  const watches: RawWatch[] = [];

  beforeAll(async () => {
    gadgets = await serveGadgets(server);
  });
  afterAll(() => {
    for (const watch of watches) watch.close();
  });

  /** Opens a watch; a path of its own namespace keeps other tests' objects out. */
  async function watch(path: string, query = '', headers: Record<string, string> = {}): Promise<RawWatch> {
    const opened = await server.raw.watch(`${path}?watch=true&${query}`, { headers });
    watches.push(opened);
    return opened;
  }

  async function newCollection(): Promise<string> {
    return `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
  }

  async function newGadgets(): Promise<string> {
    return `/apis/${gadgets.apiVersion}/namespaces/${await server.createNamespace()}/gadgets`;
  }

  async function revisionOf(path: string): Promise<string> {
    return (await server.raw.send('GET', path)).body.metadata.resourceVersion;
  }

  async function patch(path: string, body: object): Promise<{ metadata: { resourceVersion: string } }> {
    return (await server.raw.send('PATCH', path, { body, headers: MERGE })).body;
  }

  /** The next events as `TYPE name`. */
  async function take(from: RawWatch, count: number): Promise<string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const { type, object } = await from.next();
      seen.push(`${type} ${object.metadata.name}`);
    }
    return seen;
  }

  describe('a watch from a resource version', () => {
    it('tells every later change in order, and a deletion with a version of its own', async () => {
      const path = await newCollection();
      const seen = await watch(path, `resourceVersion=${await revisionOf(path)}`);
      const created = await createAt(server, path, { metadata: { name: 'a' } });
      const patched = await patch(`${path}/a`, { data: { v: '1' } });
      await server.raw.send('DELETE', `${path}/a`);
      const events = [await seen.next(), await seen.next(), await seen.next()];
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      expect(events.map(({ object }) => [object.kind, object.apiVersion])).toEqual([
        ['ConfigMap', 'v1'],
        ['ConfigMap', 'v1'],
        ['ConfigMap', 'v1'],
      ]);
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions.slice(0, 2)).toEqual([created, patched].map(({ metadata }) => Number(metadata.resourceVersion)));
      expect(versions[2]).toBeGreaterThan(versions[1]!);
      expect(events[2]!.object.data).toEqual({ v: '1' });
    });

    it('goes on from any version that it told, with nothing lost or told twice', async () => {
      const path = await newGadgets();
      const from = await revisionOf(path);
      const writes = Array.from({ length: 40 }, async (_, index) => {
        await createAt(server, path, gadget(gadgets, `g${index}`));
        if (index % 4 === 0) await server.raw.send('DELETE', `${path}/g${index}`);
      });
      const seen: string[] = [];
      let version = from;
      while (seen.length < 50) {
        const part = await watch(path, `resourceVersion=${version}`);
        for (let taken = 0; taken < 7 && seen.length < 50; taken += 1) {
          const { type, object } = await part.next();
          expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(version));
          version = object.metadata.resourceVersion;
          seen.push(`${type} ${object.metadata.name}`);
        }
        part.close();
      }
      await Promise.all(writes);
      const whole = await take(await watch(path, `resourceVersion=${from}`), 50);
      expect(seen).toEqual(whole);
      expect(new Set(seen).size).toBe(50);
    });

    it.each(['x', '-1', '1.5'])('of %s is refused', async (version) => {
      const { code, body } = await server.raw.send('GET', `${gadgets.path}?watch=true&resourceVersion=${version}`);
      const message = `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`;
      expect([code, body.reason, body.message]).toEqual([500, undefined, message]);
    });
  });

  describe('a watch with a selector', () => {
    it('turns entering and leaving the labels into ADDED and DELETED, with the last state that matched', async () => {
      const path = await newCollection();
      const seen = await watch(path, `resourceVersion=${await revisionOf(path)}&labelSelector=in%3Dyes`);
      await createAt(server, path, { metadata: { name: 'other' } });
      await createAt(server, path, { metadata: { name: 'a' } });
      await patch(`${path}/a`, { metadata: { labels: { in: 'yes' } } });
      await patch(`${path}/a`, { data: { v: '1' } });
      const { metadata } = await patch(`${path}/a`, { metadata: { labels: { in: 'no' } }, data: { v: '2' } });
      expect(await take(seen, 2)).toEqual(['ADDED a', 'MODIFIED a']);
      const left = await seen.next();
      expect([left.type, left.object.metadata.labels, left.object.data]).toEqual([
        'DELETED',
        { in: 'yes' },
        { v: '1' },
      ]);
      expect(left.object.metadata.resourceVersion).toBe(metadata.resourceVersion);
      await server.raw.send('DELETE', `${path}/a`);
      await createAt(server, path, { metadata: { name: 'last', labels: { in: 'yes' } } });
      expect(await take(seen, 1)).toEqual(['ADDED last']);
    });

    it('does the same for fields of a custom resource', async () => {
      const path = await newGadgets();
      const seen = await watch(path, `resourceVersion=${await revisionOf(path)}&fieldSelector=spec.color%3Dred`);
      await createAt(server, path, gadget(gadgets, 'a', { spec: { color: 'red' } }));
      await patch(`${path}/a`, { spec: { color: 'blue' } });
      await patch(`${path}/a`, { spec: { color: 'red', size: 2 } });
      await server.raw.send('DELETE', `${path}/a`);
      expect(await take(seen, 4)).toEqual(['ADDED a', 'DELETED a', 'ADDED a', 'DELETED a']);
    });

    it('of a name tells of one object', async () => {
      const path = await newCollection();
      await createAt(server, path, { metadata: { name: 'one' } });
      const seen = await watch(path, 'fieldSelector=metadata.name%3Done');
      await createAt(server, path, { metadata: { name: 'two' } });
      await server.raw.send('DELETE', `${path}/one`);
      expect(await take(seen, 2)).toEqual(['ADDED one', 'DELETED one']);
    });

    it('refuses a bad one with a Status, before anything is streamed', async () => {
      const { code, body } = await server.raw.send('GET', `${gadgets.path}?watch=true&fieldSelector=spec.no%3D1`);
      expect([code, body.reason, body.message]).toEqual([400, 'BadRequest', 'field label not supported: spec.no']);
    });
  });

  describe('the beginning', () => {
    it.each(['', 'resourceVersion=', 'resourceVersion=0'])('with "%s" is what there is now', async (query) => {
      const path = await newCollection();
      for (const name of ['b', 'a']) await createAt(server, path, { metadata: { name } });
      const seen = await watch(path, query);
      expect((await take(seen, 2)).toSorted()).toEqual(['ADDED a', 'ADDED b']);
      await server.raw.send('DELETE', `${path}/a`);
      expect(await take(seen, 1)).toEqual(['DELETED a']);
    });

    it.each(['', '&resourceVersion=0', '&resourceVersion=VERSION'])(
      'with sendInitialEvents%s ends with a bookmark that says so',
      async (version) => {
        const path = await newGadgets();
        const { metadata } = await createAt(server, path, gadget(gadgets, 'a'));
        const query = version.replace('VERSION', metadata.resourceVersion);
        const seen = await watch(path, `${INITIAL}&allowWatchBookmarks=true${query}`);
        expect(await take(seen, 1)).toEqual(['ADDED a']);
        const { type, object } = await seen.next();
        expect(type).toBe('BOOKMARK');
        expect(object).toMatchObject({ kind: 'Gadget', apiVersion: gadgets.apiVersion });
        expect(object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
        expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
        await createAt(server, path, gadget(gadgets, 'b'));
        expect(await take(seen, 1)).toEqual(['ADDED b']);
      },
    );

    it('marks the end also of nothing, but not for a client that wants no bookmarks', async () => {
      const path = await newCollection();
      const marked = await watch(path, `${INITIAL}&allowWatchBookmarks=true`);
      expect((await marked.next()).object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
      const unmarked = await watch(path, INITIAL);
      await createAt(server, path, { metadata: { name: 'a' } });
      expect(await take(unmarked, 1)).toEqual(['ADDED a']);
    });

    it('can be left out although no version is given', async () => {
      const path = await newCollection();
      await createAt(server, path, { metadata: { name: 'old' } });
      const seen = await watch(path, 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan');
      await createAt(server, path, { metadata: { name: 'new' } });
      expect(await take(seen, 1)).toEqual(['ADDED new']);
    });

    it('in the future is an ERROR event with a Status that names it', async () => {
      const seen = await watch(gadgets.path, `${INITIAL}&resourceVersion=1000000000`);
      const { type, object } = await seen.next();
      expect([type, object.kind, object.code, object.reason]).toEqual(['ERROR', 'Status', 504, 'Timeout']);
      expect(object.details.causes[0].reason).toBe('ResourceVersionTooLarge');
      await seen.ended;
    });

    it.each([
      ['sendInitialEvents=true', ['FieldValueForbidden']],
      ['sendInitialEvents=true&resourceVersionMatch=Exact', ['FieldValueForbidden', 'FieldValueNotSupported']],
      ['resourceVersionMatch=NotOlderThan', ['FieldValueForbidden']],
      ['resourceVersionMatch=Exact', ['FieldValueForbidden', 'FieldValueNotSupported']],
      [`${INITIAL}&continue=x`, ['FieldValueForbidden']],
    ])('with %s is refused', async (query, reasons) => {
      const { code, body } = await server.raw.send('GET', `${gadgets.path}?watch=true&${query}`);
      expect([code, body.reason, body.details.kind]).toEqual([422, 'Invalid', 'ListOptions']);
      const causes = body.details.causes as { reason: string; field: string }[];
      expect(causes.map(({ reason, field }) => [reason, field])).toEqual(
        reasons.map((reason) => [reason, 'resourceVersionMatch']),
      );
    });
  });

  describe('the end', () => {
    it('comes after timeoutSeconds, in good order', async () => {
      const seen = await watch(gadgets.path, 'timeoutSeconds=1&labelSelector=no%3Dbody');
      await seen.ended;
      await expect(seen.next()).rejects.toThrow('the watch has ended');
    });

    it('comes with a Status for a time that is no number', async () => {
      const { code, body } = await server.raw.send('GET', `${gadgets.path}?watch=true&timeoutSeconds=soon`);
      expect([code, body.message]).toEqual([400, 'strconv.ParseInt: parsing "soon": invalid syntax']);
    });
  });

  describe('in other forms', () => {
    it('tells rows of a Table, whose columns only the first event names', async () => {
      const path = await newGadgets();
      const seen = await watch(path, `resourceVersion=${await revisionOf(path)}`, TABLE);
      await createAt(server, path, gadget(gadgets, 'a', { spec: { color: 'red' } }));
      await patch(`${path}/a`, { spec: { color: 'blue' } });
      const [first, second] = [await seen.next(), await seen.next()];
      expect([first.type, first.object.kind, first.object.apiVersion]).toEqual(['ADDED', 'Table', 'meta.k8s.io/v1']);
      expect(first.object.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Color']);
      expect(first.object.rows[0].cells).toEqual(['a', 'red']);
      expect(first.object.rows[0].object.kind).toBe('PartialObjectMetadata');
      expect(second.object.columnDefinitions).toBeNull();
      expect(second.object.rows[0].cells).toEqual(['a', 'blue']);
      expect(second.object.metadata.resourceVersion).toBe(second.object.rows[0].object.metadata.resourceVersion);
    });

    it('marks the end of the beginning in a row, too', async () => {
      const path = await newGadgets();
      const seen = await watch(path, `${INITIAL}&allowWatchBookmarks=true`, TABLE);
      const { type, object } = await seen.next();
      expect([type, object.kind]).toEqual(['BOOKMARK', 'Table']);
      expect(object.rows[0].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    });

    it('tells metadata alone', async () => {
      const path = await newGadgets();
      await createAt(server, path, gadget(gadgets, 'a', { spec: { color: 'red' } }));
      const { type, object } = await (await watch(path, '', METADATA)).next();
      expect([type, object.kind, object.metadata.name]).toEqual(['ADDED', 'PartialObjectMetadata', 'a']);
      expect(object).not.toHaveProperty('spec');
    });

    it('are refused when they cannot be streamed', async () => {
      for (const accept of ['application/yaml', 'text/html']) {
        const { code } = await server.raw.send('GET', `${gadgets.path}?watch=true`, { headers: { accept } });
        expect(code).toBe(406);
      }
    });

    it('serves the old paths of watches, for a collection and for one object', async () => {
      const path = await newCollection();
      await createAt(server, path, { metadata: { name: 'a' } });
      await createAt(server, path, { metadata: { name: 'b' } });
      const old = path.replace('/api/v1/', '/api/v1/watch/');
      const whole = await server.raw.watch(old);
      expect((await take(whole, 2)).toSorted()).toEqual(['ADDED a', 'ADDED b']);
      const one = await server.raw.watch(`${old}/b`);
      expect(await take(one, 1)).toEqual(['ADDED b']);
      watches.push(whole, one);
      const { code, body } = await server.raw.send('GET', `${old}/b?fieldSelector=metadata.name%3Da`);
      expect([code, body.message]).toEqual([400, "fieldSelector metadata.name doesn't match requested name"]);
    });

    it('gives the object itself when a watch of its own path is asked for', async () => {
      const path = await newCollection();
      await createAt(server, path, { metadata: { name: 'a' } });
      const { code, body } = await server.raw.send('GET', `${path}/a?watch=true`);
      expect([code, body.kind]).toEqual([200, 'ConfigMap']);
    });
  });

  it('tells the last stored state of an object that loses its last finalizer', async () => {
    const path = await newCollection();
    const seen = await watch(path, `resourceVersion=${await revisionOf(path)}`);
    await server.raw.send('POST', path, { body: { metadata: { name: 'a', finalizers: ['example.com/held'] } } });
    await server.raw.send('DELETE', `${path}/a`);
    await patch(`${path}/a`, { metadata: { finalizers: null }, data: { late: 'yes' } });
    expect(await take(seen, 1)).toEqual(['ADDED a']);
    const marked = await seen.next();
    expect([marked.type, marked.object.metadata.deletionTimestamp]).toEqual(['MODIFIED', expect.any(String)]);
    const gone = await seen.next();
    expect([gone.type, gone.object.metadata.finalizers, gone.object.data]).toEqual([
      'DELETED',
      ['example.com/held'],
      undefined,
    ]);
  });

  it('tells the deletion of a collection object by object', async () => {
    const path = await newCollection();
    for (const name of ['a', 'b', 'c'])
      await createAt(server, path, { metadata: { name, labels: { go: `${name !== 'c'}` } } });
    const seen = await watch(path, `resourceVersion=${await revisionOf(path)}`);
    await server.raw.send('DELETE', `${path}?labelSelector=go%3Dtrue`);
    expect((await take(seen, 2)).toSorted()).toEqual(['DELETED a', 'DELETED b']);
  });

  it('tells the end of a namespace and of what was in it', async () => {
    const namespace = await server.createNamespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await createAt(server, path, { metadata: { name: 'inside' } });
    const inside = await watch(path, 'fieldSelector=metadata.name%3Dinside');
    const spaces = await watch('/api/v1/namespaces', `fieldSelector=metadata.name%3D${namespace}`);
    await server.raw.send('DELETE', `/api/v1/namespaces/${namespace}`);
    expect(await take(inside, 1)).toEqual(['ADDED inside']);
    // A namespace controller may need a second try, which it makes some seconds later.
    expect((await inside.next(20_000)).type).toBe('DELETED');
    const types: string[] = [];
    while (types.at(-1) !== 'DELETED') types.push((await spaces.next(20_000)).type);
    expect([types[0], types[1]]).toEqual(['ADDED', 'MODIFIED']);
  });

  it('tells every one of many watchers', async () => {
    const path = await newCollection();
    const from = await revisionOf(path);
    const many = await Promise.all(
      Array.from({ length: 100 }, async () => await watch(path, `resourceVersion=${from}`)),
    );
    const name = uniqueName();
    await createAt(server, path, { metadata: { name } });
    await server.raw.send('DELETE', `${path}/${name}`);
    for (const seen of many) expect(await take(seen, 2)).toEqual([`ADDED ${name}`, `DELETED ${name}`]);
  });

  it('answers 404 for a watch of a resource that is not served', async () => {
    const { code, body } = await server.raw.send('GET', '/api/v1/namespaces/default/nothings?watch=true');
    expect([code, body.reason]).toEqual([404, 'NotFound']);
  });
});
