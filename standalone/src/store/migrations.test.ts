import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERSION_1_SQL } from './fixtures/version-1.ts';
import { readStoreVersion, STORE_VERSION } from './migrations.ts';
import { ObjectStore } from './object-store.ts';

let folder: string;
let databasePath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  databasePath = join(folder, 'objects.db');
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

/** Every earlier version, as its release wrote it. */
const EARLIER: readonly { version: number; sql: string }[] = [{ version: 1, sql: VERSION_1_SQL }];

function build(sql: string, path = databasePath): void {
  using database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(sql);
}

describe('the migration of a database', () => {
  it('is tested from every earlier version', () => {
    expect(EARLIER.map(({ version }) => version)).toEqual(
      Array.from({ length: STORE_VERSION - 1 }, (_item, index) => index + 1),
    );
  });

  it.each(EARLIER)('from version $version keeps the present, the past and the counter', async ({ sql }) => {
    build(sql);
    const store = await ObjectStore.open({ databasePath });
    try {
      expect([store.revision, store.compactedRevision]).toEqual([10, 4]);
      const present = [...store.list('configmaps')].map((object) => [object.namespace, object.name, object.revision]);
      expect(present).toEqual([
        ['default', 'changed', 7],
        ['default', 'quiet', 6],
        ['default', 'text', 10],
        ['team-a', 'quiet', 9],
      ]);
      const changes = store.changesAfter('configmaps', 4, 100);
      expect(changes.map(({ type, object, previous }) => [type, object.revision, previous?.revision])).toEqual([
        ['ADDED', 5, undefined],
        ['ADDED', 6, undefined],
        ['MODIFIED', 7, 4],
        ['DELETED', 8, 5],
        ['ADDED', 9, undefined],
        ['ADDED', 10, undefined],
      ]);
      const past = { resource: 'configmaps', namespace: 'default', revision: 6, after: undefined, limit: 10 };
      expect(store.snapshot(past).map((object) => [object.name, object.revision])).toEqual([
        ['changed', 4],
        ['gone', 5],
        ['quiet', 6],
      ]);
      const text = store.get({ resource: 'configmaps', namespace: 'default', name: 'text' });
      expect(text && store.parse(text)['data']).toEqual({ text: 'ä' });
      const key = { resource: 'configmaps', namespace: 'default', name: 'next' };
      const metadata = { name: 'next', namespace: 'default', uid: 'u11' };
      expect((await store.put(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata })).revision).toBe(11);
    } finally {
      await store.close();
    }
    const again = await ObjectStore.open({ databasePath });
    expect(again.revision).toBe(11);
    await again.close();
  });

  it('reads a page of the past by the index, without sorting', async () => {
    build(VERSION_1_SQL);
    await (await ObjectStore.open({ databasePath })).close();
    using database = new DatabaseSync(databasePath, { readOnly: true });
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT * FROM revisions WHERE resource = 'configmaps'
         AND namespace || '/' || name > 'a/' ORDER BY namespace || '/' || name LIMIT 10`,
      )
      .all()
      .map((row) => String(row['detail']));
    expect(plan).toEqual([expect.stringContaining('USING INDEX revisions_by_path')]);
  });

  it('leaves a database of something else alone', async () => {
    build('CREATE TABLE recipes (name TEXT)');
    await expect(ObjectStore.open({ databasePath })).rejects.toMatchObject({
      code: 'StoreCorrupt',
      message: expect.stringContaining('something else'),
    });
    using database = new DatabaseSync(databasePath, { readOnly: true });
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'recipes' }]);
  });
});

const MIGRATE = `
  import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)};
  process.stdout.write('begins\\n');
  openDatabase(process.argv[1]);
  process.stdout.write('migrated\\n');
  setInterval(() => undefined, 1000);
`;

/** Rows enough that the migration takes a good part of a second. */
const MANY_ROWS = `${VERSION_1_SQL}
  WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO revisions SELECT i, 'configmaps', 'default', 'n' || i, 'ADDED', NULL, NULL FROM n;
  INSERT INTO bodies SELECT revision, printf('{"revision":%d,"filler":"%.*c"}', revision, 1500, 'x')
    FROM revisions WHERE revision > 10;
  UPDATE marks SET value = 20000 WHERE name = 'revision';`;

const SUM = 'SELECT count(*) AS rows, sum(revision * length(body) % 9973) AS sum FROM bodies';

describe('a migration that is killed', () => {
  it('leaves the old version whole, and is made by the next start', async () => {
    const pristine = join(folder, 'version-1.db');
    build(MANY_ROWS, pristine);
    const read = (path: string): { version: number; content: unknown; verdict: unknown } => {
      using database = new DatabaseSync(path);
      const content = database.prepare(SUM).get();
      return {
        version: readStoreVersion(database),
        content,
        verdict: database.prepare('PRAGMA integrity_check').get()?.['integrity_check'],
      };
    };
    const { content } = read(pristine);
    let interrupted = 0;
    let waitMs = 1;
    for (let round = 0; round < 40 && interrupted < 8; round += 1) {
      await rm(databasePath, { force: true });
      await copyFile(pristine, databasePath);
      const isDone = await migrateUntilKilled(waitMs);
      const found = read(databasePath);
      expect(found).toEqual({ version: isDone ? 2 : found.version, content, verdict: 'ok' });
      if (found.version === 1) interrupted += 1;
      // Later and later into the migration; from the beginning again once it was over before the kill.
      waitMs = isDone ? 1 : waitMs * 1.6;
    }
    expect(interrupted).toBe(8);
    await migrateUntilKilled(60_000);
    expect(read(databasePath)).toEqual({ version: 2, content, verdict: 'ok' });
  }, 120_000);
});

/** Kills the migration some time after it began. Returns whether it was over by then. */
async function migrateUntilKilled(waitMs: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', MIGRATE, databasePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child.stdout, 'data');
    const migrated = new Promise<void>((resolve) => {
      child.stdout.on('data', () => output.includes('migrated') && resolve());
    });
    if (!output.includes('migrated')) await Promise.race([migrated, delay(waitMs)]);
    return output.includes('migrated');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
