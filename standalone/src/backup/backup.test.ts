import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { createLogger } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { TestApiServer } from '../../testing/index.ts';
import { bundleServer, ServerProcess } from '../store/crash/server-process.ts';
import { VERSION_1_SQL } from '../store/fixtures/version-1.ts';
import { canMount, mountTmpfs } from '../store/fixtures/mounts.ts';
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

  it('brings the key back by which ServiceAccounts are known', async () => {
    const { server, raw } = await start();
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await vi.waitFor(async () => expect((await raw.send('GET', account)).code).toBe(200));
    const token = (await raw.send('POST', `${account}/token`, { body: {} })).body.status.token as string;
    await backup();
    const elsewhere = join(folder, 'elsewhere');
    await restore(elsewhere);
    const { url } = (await start(elsewhere)).server;
    const robot = new RawClient({ url, caPem: server.caPem, adminToken: token });
    const who = await robot.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {} });
    expect(who.body.status.userInfo.username).toBe('system:serviceaccount:default:default');
    robot.close();
    const key = join(elsewhere, 'api-server', 'service-account.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
  });

  it('of the format before there were such keys is taken, and a new key made', async () => {
    await start();
    await backup();
    {
      using database = new DatabaseSync(path);
      database.exec("DELETE FROM backup_files WHERE name = 'service-account.key'");
      database.exec("UPDATE backup_info SET value = '1' WHERE key = 'format'");
    }
    const elsewhere = join(folder, 'elsewhere');
    await restore(elsewhere);
    await start(elsewhere);
    expect(await readdir(join(elsewhere, 'api-server'))).toContain('service-account.key');
  });

  it('is whole while writers write: each backup is the state of one revision', async () => {
    const program = await bundleServer(join(folder, 'bundle'));
    const options = { program, dataDir: join(dataDir, 'api-server'), windowRevisions: 20_000 };
    await mkdir(dataDir);
    const child = new ServerProcess(options);
    try {
      const raw = new RawClient(await child.ready());
      const over = new AbortController();
      let written = 0;
      const write = async (writer: number): Promise<void> => {
        for (let count = 0; !over.signal.aborted; count += 1) {
          await create(raw, `n-${writer}-${count}`);
          written += 1;
        }
      };
      const writing = Promise.all([1, 2, 3, 4, 5, 6].map(write));
      for (let round = 1; round <= 5; round += 1) {
        await vi.waitFor(() => expect(written).toBeGreaterThan(round * 20), { timeout: 20_000 });
        const { revision } = await backup();
        using database = new DatabaseSync(path, { readOnly: true });
        const rows = database.prepare('SELECT count(*) AS rows, max(revision) AS newest FROM revisions').get();
        // Nothing was dropped yet: a backup that mixes revisions would lack one.
        expect(rows).toEqual({ rows: revision, newest: revision });
      }
      over.abort();
      await writing;
      raw.close();
    } finally {
      await child.kill();
    }
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

const hasTmpfs = canMount('tmpfs');

describe(`a disk too small for a backup${hasTmpfs ? '' : ' (tmpfs cannot be mounted: not run)'}`, () => {
  it.runIf(hasTmpfs)('leaves nothing behind, and a restore to it leaves it as it was', async () => {
    const disk = mountTmpfs(1);
    try {
      const { raw } = await start();
      for (let count = 0; count < 4; count += 1) {
        const body = { metadata: { name: `n-${count}` }, data: { text: 'x'.repeat(400_000) } };
        expect((await raw.send('POST', CONFIG_MAPS, { body })).code).toBe(201);
      }
      const small = { dataDir, path: join(disk.path, 'b'), productVersion: '1', now: NOW };
      await expect(writeBackup(small)).rejects.toMatchObject({
        code: 'BackupFailed',
        message: expect.stringMatching(/mounted\/b.*full/),
      });
      expect(await readdir(disk.path)).toEqual([]);
      await backup();
      await expect(restore(join(disk.path, 'data'))).rejects.toMatchObject({
        code: 'RestoreFailed',
        message: expect.stringMatching(/ENOSPC|full/),
      });
      expect(await readdir(join(disk.path, 'data'))).toEqual([]);
    } finally {
      await stopAll();
      disk.remove();
    }
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
