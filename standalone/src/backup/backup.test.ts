import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { createLogger } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { TestApiServer } from '../../testing/index.ts';
import { VERSION_1_SQL } from '../store/fixtures/version-1.ts';
import { restoreBackup } from './restore-backup.ts';
import type { Restored } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';
import type { BackupFacts } from './backup-file.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const NOW = new Date('2026-03-01T12:00:00Z');

let folder: string;
let dataDir: string;
let path: string;
const running: { server: TestApiServer; raw: RawClient }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
  dataDir = join(folder, 'data');
  path = join(folder, 'nanny.backup');
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
});

async function start(dir = dataDir): Promise<{ server: TestApiServer; raw: RawClient }> {
  const log = createLogger({ name: 'backup-test', level: 'silent' });
  const server = await startTestApiServer({ dataDir: join(dir, 'api-server'), crds: [], log });
  const started = { server, raw: new RawClient(server) };
  running.push(started);
  return started;
}

async function stopAll(): Promise<void> {
  for (const { server, raw } of running.splice(0)) {
    raw.close();
    await server.close();
  }
}

async function create(raw: RawClient, name: string): Promise<{ uid: string; revision: number }> {
  const { body } = await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name } } });
  return { uid: body.metadata.uid, revision: Number(body.metadata.resourceVersion) };
}

async function namesOf(raw: RawClient): Promise<string[]> {
  const { body } = await raw.send('GET', CONFIG_MAPS);
  return (body.items as { metadata: { name: string } }[]).map((item) => item.metadata.name);
}

async function backup(dir = dataDir): Promise<BackupFacts> {
  await mkdir(dir, { recursive: true });
  return await writeBackup({ dataDir: dir, path, productVersion: '1.2.3', now: NOW });
}

async function restore(dir: string, isReplacing = false): Promise<Restored> {
  return await restoreBackup({ dataDir: dir, path, isReplacing, pid: process.pid, now: NOW });
}

describe('a backup of a running control plane', () => {
  it('brings objects, uids, authority and token back, so that old credentials are good again', async () => {
    const { server, raw } = await start();
    const kept = await create(raw, 'kept');
    const facts = await backup();
    expect(facts).toMatchObject({ createdTime: NOW.toISOString(), productVersion: '1.2.3', revision: kept.revision });
    await create(raw, 'later');
    const elsewhere = join(folder, 'elsewhere');
    expect(await restore(elsewhere)).toMatchObject({ movedTo: undefined, openTasks: 0 });
    const restored = await start(elsewhere);
    expect(restored.server.caPem).toBe(server.caPem);
    const { url } = restored.server;
    const oldClient = new RawClient({ url, caPem: server.caPem, adminToken: server.adminToken });
    expect(await namesOf(oldClient)).toEqual(['kept']);
    const { body } = await oldClient.send('GET', `${CONFIG_MAPS}/kept`);
    expect([body.metadata.uid, Number(body.metadata.resourceVersion)]).toEqual([kept.uid, kept.revision]);
    oldClient.close();
  });

  it('is whole while writers write: each backup is the state of one revision', async () => {
    const { raw } = await start();
    const over = new AbortController();
    const writing = (async () => {
      // In order, so that a backup that mixes revisions would show a gap.
      for (let count = 0; !over.signal.aborted; count += 1) await create(raw, `n-${String(count).padStart(5, '0')}`);
      return await namesOf(raw);
    })();
    for (let round = 0; round < 5; round += 1) {
      const { revision, objects } = await backup();
      using database = new DatabaseSync(path, { readOnly: true });
      const names = database
        .prepare("SELECT name FROM revisions WHERE resource = 'configmaps' AND superseded_at IS NULL ORDER BY revision")
        .all()
        .map((row) => String(row['name']));
      expect(names).toEqual(names.map((_name, index) => `n-${String(index).padStart(5, '0')}`));
      const newest = database.prepare('SELECT max(revision) AS newest FROM revisions').get()?.['newest'];
      expect([newest, objects]).toEqual([revision, expect.any(Number)]);
    }
    over.abort();
    expect((await writing).length).toBeGreaterThan(5);
  });

  it('can be read by its owner alone, and replaces an older one whole', async () => {
    await start();
    await writeFile(path, 'older', { mode: 0o644 });
    await backup();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['data', 'nanny.backup']);
  });
});

describe('clients after a restore', () => {
  it('that saw a later past are told so: no number is given twice and no event is missed in silence', async () => {
    const { raw } = await start();
    await create(raw, 'kept');
    await backup();
    const lost = await create(raw, 'lost');
    await stopAll();
    await restore(dataDir, true);
    const restored = (await start()).raw;
    const watch = await restored.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${lost.revision}`);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    const next = await create(restored, 'next');
    expect(next.revision).toBeGreaterThan(lost.revision + 900_000_000);
    const future = await restored.send('GET', `${CONFIG_MAPS}?resourceVersion=${next.revision + 10}`);
    expect(future.body).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(await namesOf(restored)).toEqual(['kept', 'next']);
  });
});

describe('an open task in a backup', () => {
  it('counts as claimed by a journal that nobody has, so that no agent starts it a second time', async () => {
    await start();
    await stopAll();
    const tasks = [
      { name: 'open', status: {} },
      { name: 'claimed', status: { claim: { journalID: 'theirs', time: NOW.toISOString() } } },
      { name: 'ended', status: { outcome: 'Succeeded' } },
    ];
    const databasePath = join(dataDir, 'api-server/objects.db');
    const { revision: firstRevision } = await backup();
    {
      using database = new DatabaseSync(databasePath);
      for (const [index, { name, status }] of tasks.entries()) {
        const revision = firstRevision + 1 + index;
        const metadata = { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: String(revision) };
        const body = JSON.stringify({ apiVersion: 'nannyai.dev/v1alpha1', kind: 'AgentTask', metadata, status });
        database
          .prepare("INSERT INTO revisions VALUES (?, 'agenttasks.nannyai.dev', 'default', ?, 'ADDED', NULL, NULL)")
          .run(revision, name);
        database.prepare('INSERT INTO bodies VALUES (?, ?, ?)').run(revision, body, crc32(body));
        database.prepare("UPDATE marks SET value = ? WHERE name = 'revision'").run(revision);
      }
    }
    await backup();
    const elsewhere = join(folder, 'elsewhere');
    expect(await restore(elsewhere)).toMatchObject({ openTasks: 2 });
    using restored = new DatabaseSync(join(elsewhere, 'api-server/objects.db'));
    const found = restored
      .prepare(
        `SELECT r.name, r.revision, b.body FROM revisions r JOIN bodies b ON b.revision = r.revision
         WHERE r.resource = 'agenttasks.nannyai.dev' AND r.superseded_at IS NULL ORDER BY r.name`,
      )
      .all();
    const journals = found.map((row) => JSON.parse(String(row['body'])).status.claim?.journalID as unknown);
    expect(found.map((row) => row['name'])).toEqual(['claimed', 'ended', 'open']);
    expect(journals).toEqual(['theirs', undefined, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });
});

describe('a backup of a control plane that does not run', () => {
  it('is made all the same, of the earliest version too, and restored in the newest', async () => {
    await mkdir(join(dataDir, 'api-server'), { recursive: true });
    {
      using database = new DatabaseSync(join(dataDir, 'api-server/objects.db'));
      database.exec(VERSION_1_SQL);
    }
    expect(await backup()).toMatchObject({ storeVersion: 1, revision: 10, objects: 6 });
    const elsewhere = join(folder, 'elsewhere');
    await restore(elsewhere);
    const { raw } = await start(elsewhere);
    expect(await namesOf(raw)).toEqual(['changed', 'quiet', 'text']);
    expect((await create(raw, 'next')).revision).toBeGreaterThan(1_000_000_000);
  });

  it('is not made where nothing is, and not into the folder that it is to survive', async () => {
    await expect(backup()).rejects.toMatchObject({ code: 'NothingToBackUp' });
    await start();
    const inside = { dataDir, path: join(dataDir, 'b'), productVersion: '1', now: NOW };
    await expect(writeBackup(inside)).rejects.toMatchObject({ code: 'BackupInDataFolder' });
    const nowhere = { ...inside, path: join(folder, 'missing/b') };
    await expect(writeBackup(nowhere)).rejects.toMatchObject({ code: 'BackupFailed' });
  });

  it('is not made of a damaged one, and an older backup still stands', async () => {
    const { raw } = await start();
    await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' }, data: { text: 'x'.repeat(20_000) } } });
    await stopAll();
    await backup();
    const older = await readFile(path);
    await overwrite(join(dataDir, 'api-server/objects.db'), 'x'.repeat(500), 'y'.repeat(500));
    await expect(backup()).rejects.toMatchObject({
      code: 'BackupFailed',
      message: expect.stringContaining('not what was written'),
    });
    expect((await readFile(path)).equals(older)).toBe(true);
    expect(await readdir(folder)).toEqual(['data', 'nanny.backup']);
  });
});

describe('a restore', () => {
  it('refuses a folder that is in use, and one that holds a control plane', async () => {
    const { raw } = await start();
    await create(raw, 'mine');
    await backup();
    await expect(restore(dataDir, true)).rejects.toMatchObject({ code: 'DataFolderInUse' });
    await stopAll();
    await expect(restore(dataDir)).rejects.toMatchObject({
      code: 'DataFolderNotEmpty',
      message: expect.stringContaining('--replace'),
    });
    expect(await readdir(dataDir)).toEqual(['api-server']);
  });

  it('moves the old control plane aside when told to, and leaves the journal of the agent in place', async () => {
    const first = await start();
    await create(first.raw, 'kept');
    await backup();
    await create(first.raw, 'later');
    await stopAll();
    await mkdir(join(dataDir, 'agent/state'), { recursive: true });
    await writeFile(join(dataDir, 'agent/state/journal.jsonl'), 'journal');
    const { movedTo = '' } = await restore(dataDir, true);
    expect(movedTo).toBe(join(dataDir, 'api-server.before-restore-20260301T120000Z'));
    expect(await readFile(join(dataDir, 'agent/state/journal.jsonl'), 'utf8')).toBe('journal');
    expect(await namesOf((await start()).raw)).toEqual(['kept']);
    await stopAll();
    await rm(join(dataDir, 'api-server'), { recursive: true });
    await rename(movedTo, join(dataDir, 'api-server'));
    expect(await namesOf((await start()).raw)).toEqual(['kept', 'later']);
  });

  it.each([
    ['is no database', async () => await writeFile(path, 'no database'.repeat(1000)), 'BackupUnreadable'],
    ['is a database, but no backup', async () => await alter('DROP TABLE backup_info'), 'BackupUnreadable'],
    ['is cut short', async () => await writeFile(path, (await readFile(path)).subarray(0, 20_480)), 'BackupUnreadable'],
    ['has a damaged object', async () => await overwrite(path, 'x'.repeat(500), 'y'.repeat(500)), 'BackupUnreadable'],
    [
      'would write a strange file',
      async () => await alter("INSERT INTO backup_files VALUES ('../x', '')"),
      'BackupUnreadable',
    ],
    ['is of a newer store', async () => await alter('PRAGMA user_version = 99'), 'BackupNewerVersion'],
    [
      'has a newer format',
      async () => await alter("UPDATE backup_info SET value = '9' WHERE key = 'format'"),
      'BackupNewerVersion',
    ],
    ['is missing', async () => await rm(path), 'BackupUnreadable'],
  ])('touches nothing when the backup %s', async (_name, damage, code) => {
    const { raw } = await start();
    await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' }, data: { text: 'x'.repeat(20_000) } } });
    await backup();
    await damage();
    const elsewhere = join(folder, 'elsewhere');
    await expect(restore(elsewhere)).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    expect(await readdir(folder)).not.toContain('elsewhere');
  });

  it('gives every file to its owner alone, and leaves no key in the database', async () => {
    await start();
    await backup();
    await restore(join(folder, 'elsewhere'));
    const restored = join(folder, 'elsewhere/api-server');
    for (const name of await readdir(restored)) expect((await stat(join(restored, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(restored, 'objects.db'), 'latin1')).not.toContain('PRIVATE KEY');
  });
});

async function alter(sql: string): Promise<void> {
  await Promise.resolve();
  using database = new DatabaseSync(path);
  database.exec(sql);
}

async function overwrite(file: string, from: string, to: string): Promise<void> {
  const at = (await readFile(file)).indexOf(from);
  expect(at).toBeGreaterThan(0);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.from(to), 0, to.length, at);
  await handle.close();
}
