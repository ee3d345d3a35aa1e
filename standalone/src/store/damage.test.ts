import { cp, mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, configMap, configMapKey, contentOf } from './fixtures/config-maps.ts';
import { Randomness } from './fixtures/randomness.ts';
import { ObjectStore } from './object-store.ts';

/** Bytes of a page of SQLite. */
const PAGE = 4096;

/** A store that was closed, and one as a kill leaves it: half of it in the WAL. Built once, damaged in copies. */
let masters: string;
let folder: string;
let content: unknown;

beforeAll(async () => {
  masters = await mkdtemp(join(tmpdir(), 'damage-masters-'));
  const closed = join(masters, 'closed');
  const killed = join(masters, 'killed');
  const live = join(masters, 'live');
  await mkdir(live);
  const store = await openIn(live);
  for (let index = 0; index < 60; index += 1) {
    const { key, object } = configMap(`quiet-${index}`, { text: `${index}-`.repeat(400) });
    await store.put(key, object);
  }
  await Promise.all(
    Array.from({ length: 40 }, (_item, step) =>
      store.put(configMapKey('busy'), configMap('busy', { step: `${step}` }).object),
    ),
  );
  await store.put(configMapKey('large'), configMap('large', { text: 'large '.repeat(10_000) }).object);
  content = contentOf(store);
  // What a kill would leave: the files as they are while the store is open and nothing is on its way.
  await cp(live, killed, { recursive: true });
  await store.close();
  await cp(live, closed, { recursive: true });
});
afterAll(async () => await rm(masters, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damage-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function openIn(path: string): Promise<ObjectStore> {
  return await ObjectStore.open({ databasePath: join(path, 'objects.db') });
}

async function take(master: 'closed' | 'killed'): Promise<void> {
  await rm(folder, { recursive: true });
  await cp(join(masters, master), folder, { recursive: true });
}

async function overwrite(name: string, at: number, bytes: Buffer): Promise<void> {
  const file = await open(join(folder, name), 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

/** What an attempt to open leads to: the code of the refusal, or 'whole' when every object is there as it was. */
async function outcome(): Promise<string> {
  let store: ObjectStore;
  try {
    store = await openIn(folder);
  } catch (error) {
    const isHelpful = (error as Error).message.includes(join(folder, 'objects.db'));
    return isHelpful ? codeOf(error) : `not told which file: ${String(error)}`;
  }
  try {
    const changes = store.changesAfter('configmaps', 0, 1000);
    const isWhole = isDeepStrictEqual(contentOf(store), content) && changes.length === 101;
    return isWhole ? 'whole' : 'different';
  } catch (error) {
    // Damage in the body of a superseded revision is met when a watcher asks for it.
    return `${codeOf(error)} when read`;
  } finally {
    await store.close();
  }
}

describe('a database file that was damaged while nothing ran', () => {
  it('is opened when nothing is wrong', async () => {
    await take('closed');
    expect(await outcome()).toBe('whole');
    await take('killed');
    expect(await outcome()).toBe('whole');
  });

  it('is refused when its header is gone', async () => {
    await take('closed');
    await overwrite('objects.db', 0, Buffer.alloc(100));
    expect(await outcome()).toBe('StoreCorrupt');
  });

  it('is refused or whole, never different, when a page is overwritten', async () => {
    const pages = (await stat(join(masters, 'closed/objects.db'))).size / PAGE;
    const outcomes = new Map<string, number>();
    for (let page = 1; page < pages; page += 2) {
      await take('closed');
      await overwrite('objects.db', page * PAGE, Buffer.alloc(PAGE, 0x5a));
      const found = await outcome();
      outcomes.set(found, (outcomes.get(found) ?? 0) + 1);
    }
    const refusals = new Set(['StoreCorrupt', 'StoreCorrupt when read']);
    expect([...outcomes.keys()].filter((found) => found !== 'whole' && !refusals.has(found))).toEqual([]);
    expect(outcomes.get('StoreCorrupt')).toBeGreaterThan(pages / 4);
  }, 60_000);

  it('is refused or whole, never different, when single bits flip', async () => {
    const random = new Randomness();
    const { size } = await stat(join(masters, 'closed/objects.db'));
    let refused = 0;
    for (let round = 0; round < 40; round += 1) {
      await take('closed');
      const at = random.below(size);
      const bytes = await readFile(join(folder, 'objects.db'));
      await overwrite('objects.db', at, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.below(8))]));
      const found = await outcome();
      // A flip in the version field reads as a database of the future: refused all the same.
      expect(
        ['whole', 'StoreCorrupt', 'StoreCorrupt when read', 'StoreNewerVersion'],
        `seed ${random.seed}, byte ${at}`,
      ).toContain(found);
      if (found !== 'whole') refused += 1;
    }
    expect(refused, `seed ${random.seed}`).toBeGreaterThan(0);
  }, 60_000);

  it.each([0.5, 0.9])('is refused when only %d of it is left', async (rest) => {
    await take('closed');
    const { size } = await stat(join(folder, 'objects.db'));
    await truncate(join(folder, 'objects.db'), Math.floor((size * rest) / PAGE) * PAGE);
    expect(await outcome()).toBe('StoreCorrupt');
  });

  it('is refused when nothing of it is left, and not taken for a new one', async () => {
    await take('closed');
    await truncate(join(folder, 'objects.db'), 0);
    expect(await outcome()).toBe('StoreIncomplete');
  });
});

describe('a WAL file that was damaged after a kill', () => {
  it.each([
    ['its header is zeroed', async () => await overwrite('objects.db-wal', 0, Buffer.alloc(32))],
    ['its first frame is zeroed', async () => await overwrite('objects.db-wal', 32, Buffer.alloc(PAGE))],
    [
      'a frame in the middle is zeroed',
      async () => await overwrite('objects.db-wal', await middle(), Buffer.alloc(24)),
    ],
    ['half of it is left', async () => await truncate(join(folder, 'objects.db-wal'), await middle())],
    ['it is empty', async () => await truncate(join(folder, 'objects.db-wal'), 0)],
    ['it was removed', async () => await rm(join(folder, 'objects.db-wal'))],
  ])('is refused when %s, since acknowledged writes are missing', async (_name, damage) => {
    await take('killed');
    await damage();
    expect(await outcome()).toBe('StoreIncomplete');
  });

  it('costs nothing when only its index was damaged: that is made anew', async () => {
    await take('killed');
    await writeFile(join(folder, 'objects.db-shm'), Buffer.alloc(32_768, 0x5a));
    expect(await outcome()).toBe('whole');
  });

  it('is let go when a person removes the witness, and no number is given twice', async () => {
    await take('killed');
    await truncate(join(folder, 'objects.db-wal'), await middle());
    await rm(join(folder, 'objects.db-newest'));
    const store = await openIn(folder);
    expect(store.revision).toBeGreaterThan(1_000_000_000);
    expect(store.compactedRevision).toBe(store.revision);
    const { revision } = await store.put(configMapKey('next'), configMap('next').object);
    expect(revision).toBe(store.revision);
    await store.close();
  });
});

async function middle(): Promise<number> {
  const frames = ((await stat(join(folder, 'objects.db-wal'))).size - 32) / (PAGE + 24);
  return 32 + Math.floor(frames / 2) * (PAGE + 24);
}

describe('a database file that is damaged while the store runs', () => {
  it('fails the reads that meet the damage, by code and file, and serves the rest', async () => {
    const store = await openIn(folder);
    try {
      const large = await store.put(configMapKey('large'), configMap('large', { text: 'x'.repeat(200_000) }).object);
      await store.put(configMapKey('small'), configMap('small').object);
      checkpoint();
      await overwriteAll('x'.repeat(2000), 'y'.repeat(2000));
      expect(() => store.text(large)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
      const past = { resource: 'configmaps', namespace: undefined, revision: 1, after: undefined, limit: 10 };
      expect(() => store.snapshot(past)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
      expect(store.get(configMapKey('small'))).toBeDefined();
      expect((await store.put(configMapKey('next'), configMap('next').object)).revision).toBe(3);
    } finally {
      await store.close();
    }
  });
});

/** From the WAL into the file. On a connection of its own: opening the file by hand would drop this process's locks. */
function checkpoint(): void {
  using database = new DatabaseSync(join(folder, 'objects.db'));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

async function overwriteAll(from: string, to: string): Promise<void> {
  const path = join(folder, 'objects.db');
  const bytes = await readFile(path);
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  await overwrite('objects.db', at, Buffer.from(to));
}
