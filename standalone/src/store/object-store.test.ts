import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiObject } from '../schema/index.ts';
import { ObjectStore } from './object-store.ts';
import type { Change } from './stored-object.ts';

let folder: string;
const opened: ObjectStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'object-store-'));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(windowRevisions?: number): Promise<ObjectStore> {
  const store = await ObjectStore.open({ databasePath: join(folder, 'objects.db'), windowRevisions });
  opened.push(store);
  return store;
}

async function close(store: ObjectStore): Promise<void> {
  opened.splice(opened.indexOf(store), 1);
  await store.close();
}

function configMap(name: string, data: Record<string, string> = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', uid: `uid-${name}` }, data };
}

function key(name: string): { resource: string; namespace: string; name: string } {
  return { resource: 'configmaps', namespace: 'default', name };
}

describe('ObjectStore', () => {
  it('keeps objects and the revision counter over a restart', async () => {
    const first = await open();
    await first.put(key('a'), configMap('a', { x: '1' }));
    await first.put(key('b'), configMap('b'));
    await first.remove(key('b'), configMap('b'));
    await close(first);
    const second = await open();
    expect([...second.list('configmaps')].map((object) => object.name)).toEqual(['a']);
    expect(second.revision).toBe(3);
    const stored = await second.put(key('c'), configMap('c'));
    expect(stored.revision).toBe(4);
    expect(second.parse(stored).metadata.resourceVersion).toBe('4');
  });

  it('shows a write to readers only once it is on disk, and to the next writer at once', async () => {
    const store = await open();
    const write = store.put(key('a'), configMap('a'));
    expect(store.get(key('a'))).toBeUndefined();
    expect(store.head(key('a'))?.revision).toBe(1);
    const order: string[] = [];
    const settled = store.settled(key('a')).then(() => order.push('settled'));
    await Promise.resolve();
    expect(order).toEqual([]);
    await write;
    await settled;
    expect(store.get(key('a'))?.revision).toBe(1);
  });

  it('commits the writes of one turn in order and tells each change with the state before', async () => {
    const store = await open();
    const changes: Change[] = [];
    store.onChange((change) => changes.push(change));
    await Promise.all([
      store.put(key('a'), configMap('a', { step: '1' })),
      store.put(key('a'), configMap('a', { step: '2' })),
      store.remove(key('a'), configMap('a', { step: '3' })),
    ]);
    expect(changes.map((change) => [change.type, change.object.revision, change.previous?.revision])).toEqual([
      ['ADDED', 1, undefined],
      ['MODIFIED', 2, 1],
      ['DELETED', 3, 2],
    ]);
    expect(store.get(key('a'))).toBeUndefined();
  });

  it('replays changes, from memory and from disk, like those it told live', async () => {
    const store = await open();
    const live: Change[] = [];
    store.onChange((change) => live.push(change));
    await store.put(key('a'), configMap('a', { step: '1' }));
    await store.put(key('a'), configMap('a', { step: '2' }));
    await store.remove(key('a'), configMap('a', { step: '2' }));
    const facts = (changes: Change[]): unknown =>
      changes.map(({ type, text, previous }) => [type, text, previous?.revision]);
    expect(facts(store.changesAfter('configmaps', 0, 100))).toEqual(facts(live));
    await close(store);
    const again = await open();
    expect(facts(again.changesAfter('configmaps', 0, 100))).toEqual(facts(live));
    expect(again.changesAfter('configmaps', 2, 100)).toHaveLength(1);
  });

  it('reads a large body back from disk, byte for byte', async () => {
    const store = await open();
    const text = 'ä\n'.repeat(100_000);
    const stored = await store.put(key('big'), configMap('big', { text }));
    expect(stored.text).toBeUndefined();
    expect(store.parse(stored)['data']).toEqual({ text });
  });

  it('lists the state of an earlier revision', async () => {
    const store = await open();
    await store.put(key('a'), configMap('a', { v: '1' }));
    await store.put(key('b'), configMap('b'));
    await store.put(key('a'), configMap('a', { v: '2' }));
    await store.remove(key('b'), configMap('b'));
    const query = { resource: 'configmaps', namespace: undefined, after: undefined, limit: 10 };
    const names = (revision: number): unknown =>
      store.snapshot({ ...query, revision }).map((object) => [object.name, store.parse(object)['data']]);
    expect(names(1)).toEqual([['a', { v: '1' }]]);
    expect(names(2)).toEqual([
      ['a', { v: '1' }],
      ['b', {}],
    ]);
    expect(names(4)).toEqual([['a', { v: '2' }]]);
  });

  it('lists the past in the same order as the present', async () => {
    const store = await open();
    for (const namespace of ['a', 'a-b', 'a.b', 'b']) {
      const object = configMap('x');
      object.metadata.namespace = namespace;
      object.metadata.uid = `uid-${namespace}`;
      await store.put({ resource: 'configmaps', namespace, name: 'x' }, object);
    }
    const present = [...store.list('configmaps')].map((object) => object.namespace);
    const query = { resource: 'configmaps', namespace: undefined, revision: 4 };
    const first = store.snapshot({ ...query, after: undefined, limit: 2 });
    const second = store.snapshot({ ...query, after: first.at(-1), limit: 2 });
    expect([...first, ...second].map((object) => object.namespace)).toEqual(present);
  });

  it('forgets superseded revisions outside the window and keeps the current state', async () => {
    const store = await open(10);
    await store.put(key('quiet'), configMap('quiet'));
    for (let step = 0; step < 600; step += 1) await store.put(key('busy'), configMap('busy', { step: `${step}` }));
    expect(store.compactedRevision).toBeGreaterThan(250);
    expect(store.get(key('quiet'))?.revision).toBe(1);
    await close(store);
    const again = await open(10);
    expect(again.compactedRevision).toBe(store.compactedRevision);
    expect([...again.list('configmaps')].map((object) => object.name)).toEqual(['busy', 'quiet']);
    const kept = again.changesAfter('configmaps', again.compactedRevision, 1000);
    expect(kept.map((change) => change.object.revision)[0]).toBe(again.compactedRevision + 1);
    expect(kept.every((change) => change.previous !== undefined)).toBe(true);
  });

  it('refuses a file that is no database', async () => {
    await writeFile(join(folder, 'objects.db'), 'this is not SQLite'.repeat(500));
    await expect(open()).rejects.toMatchObject({
      code: 'StoreCorrupt',
      message: expect.stringContaining('objects.db'),
    });
  });

  it('refuses a file of a newer release and names both versions', async () => {
    await close(await open());
    const database = new DatabaseSync(join(folder, 'objects.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(open()).rejects.toMatchObject({ code: 'StoreNewerVersion', message: expect.stringContaining('99') });
  });

  it('knows dependents by the uid of their owner', async () => {
    const store = await open();
    const child = configMap('child');
    child.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'uid-owner' }];
    await store.put(key('owner'), configMap('owner'));
    await store.put(key('child'), child);
    expect(store.owners.dependentsOf('uid-owner').map((object) => object.name)).toEqual(['child']);
    await store.put(key('child'), configMap('child'));
    expect(store.owners.dependentsOf('uid-owner')).toEqual([]);
  });
});
