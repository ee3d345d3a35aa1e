import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '@nannyapi/process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { RawAnswer, TestApiServer } from '../../testing/index.ts';
import { bundleServer, ServerProcess } from './crash/server-process.ts';
import { canMount, freeze, mountAgain, mountExt4, mountTmpfs } from './fixtures/mounts.ts';
import type { Mount } from './fixtures/mounts.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const hasTmpfs = canMount('tmpfs');
const hasExt4 = canMount('ext4');
const without = (isHere: boolean, what: string): string => (isHere ? '' : ` (${what} cannot be mounted: not run)`);

let disk: Mount | undefined;
let server: TestApiServer | undefined;
let raw: RawClient;
let logText = '';

/** The lines of the log, parsed. */
function logged(): unknown[] {
  const lines = logText.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}

afterEach(async () => {
  await stop();
  disk?.remove();
  disk = undefined;
});

async function start(): Promise<TestApiServer> {
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logText += String(chunk);
      done();
    },
  });
  const log = createLogger({ name: 'disk-test', level: 'info', destination });
  server = await startTestApiServer({ dataDir: join(disk?.path ?? '', 'data'), crds: [], log });
  raw = new RawClient(server);
  return server;
}

async function stop(): Promise<void> {
  raw?.close();
  await server?.close();
  server = undefined;
}

async function create(name: string, text = 'x'): Promise<RawAnswer> {
  return await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name }, data: { text } } });
}

/** Creates until a create is refused. Returns the names that were stored, and the refusal. */
async function createUntilRefused(prefix: string): Promise<{ stored: string[]; refusal: RawAnswer }> {
  const stored: string[] = [];
  for (let count = 0; count < 2000; count += 1) {
    const refusal = await create(`${prefix}-${count}`, 'x'.repeat(4000));
    if (refusal.code !== 201) return { stored, refusal };
    stored.push(`${prefix}-${count}`);
  }
  throw new Error('the disk did not fill');
}

async function names(): Promise<string[]> {
  const { body } = await raw.send('GET', CONFIG_MAPS);
  return (body.items as { metadata: { name: string } }[]).map((item) => item.metadata.name);
}

function fill(path: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12, 1]) {
    for (;;) {
      try {
        appendFileSync(path, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        break;
      }
    }
  }
}

describe(`a full disk${without(hasTmpfs, 'tmpfs')}`, () => {
  it.runIf(hasTmpfs)('refuses writes, says why, goes on reading and watching, and writes again by itself', async () => {
    disk = mountTmpfs(16);
    const { url } = await start();
    await create('first');
    const filler = join(disk.path, 'filler');
    fill(filler);
    const { stored, refusal } = await createUntilRefused('full');
    expect(refusal.body).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'InternalError', code: 500 });
    expect(refusal.body.message).toContain(join(disk.path, 'data/objects.db'));
    expect(refusal.body.message).toMatch(/nothing was stored: the disk of .* is full\. Free space/);
    expect(refusal.body.details.causes).toEqual([{ message: 'DiskFull' }]);
    expect((await raw.send('DELETE', `${CONFIG_MAPS}/first`)).code).toBe(500);
    const ready = await raw.send('GET', '/readyz');
    // Anybody may ask: the fault is told by name, the reason to those who write and in the log.
    expect([ready.code, ready.text]).toEqual([500, expect.stringContaining('[-]storage failed')]);
    expect(logged()).toContainEqual(expect.objectContaining({ problem: 'DiskFull', msg: 'Nothing can be stored' }));
    expect((await raw.send('GET', '/livez')).code).toBe(200);
    expect((await raw.send('GET', `${CONFIG_MAPS}/first`)).code).toBe(200);
    expect(await names()).toEqual(expect.arrayContaining(['first', ...stored]));
    const watch = await raw.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=0`);
    expect((await watch.next()).object.metadata.name).toBe('first');

    rmSync(filler);
    await vi.waitFor(async () => expect((await raw.send('GET', '/readyz')).code).toBe(200), { timeout: 10_000 });
    expect(logged()).toContainEqual(expect.objectContaining({ msg: 'Writes are stored again' }));
    expect((await create('after')).code).toBe(201);
    watch.close();
    const listed = await names();
    expect(listed.filter((name) => name.startsWith('full'))).toEqual(stored.toSorted());

    await stop();
    expect((await start()).url).not.toBe(url);
    expect(await names()).toEqual(listed);
  });

  it.runIf(hasTmpfs)('is refused at the start by name of the folder, and leaves what is there whole', async () => {
    disk = mountTmpfs(4);
    await start();
    await create('first');
    await stop();
    fill(join(disk.path, 'filler'));
    await expect(start()).rejects.toMatchObject({
      message: expect.stringMatching(/mounted\/data.*(full|ENOSPC|no space)/),
    });
    rmSync(join(disk.path, 'filler'));
    await start();
    expect(await names()).toEqual(['first']);
  });
});

describe(`a read-only disk${without(hasTmpfs, 'tmpfs')}`, () => {
  it.runIf(hasTmpfs)('is refused at the start by name of the folder, new or used', async () => {
    disk = mountTmpfs(4);
    disk.remount('ro');
    await expect(start()).rejects.toMatchObject({
      code: 'DataFolderUnusable',
      message: expect.stringMatching(/mounted\/data.*read-only/i),
    });
    disk.remount('rw');
    await start();
    await create('first');
    await stop();
    disk.remount('ro');
    await expect(start()).rejects.toMatchObject({
      code: 'DataFolderUnusable',
      message: expect.stringMatching(/mounted\/data.*read-only/i),
    });
    disk.remount('rw');
    await start();
    expect(await names()).toEqual(['first']);
  });
});

describe(`a disk that becomes read-only under a running server${without(hasExt4, 'ext4')}`, () => {
  it.runIf(hasExt4)('refuses writes, says why, goes on reading, and has every acknowledged write later', async () => {
    disk = mountExt4(32);
    await start();
    const acknowledged: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      if ((await create(`kept-${count}`)).code === 201) acknowledged.push(`kept-${count}`);
    }
    // What the kernel does by itself when the device fails.
    disk.remount('abort');
    const refusal = await create('refused');
    expect(refusal.code).toBe(500);
    expect(refusal.body.message).toMatch(/nothing was stored: the disk of .*data\/objects\.db is read-only/);
    expect((await raw.send('GET', '/readyz')).text).toContain('[-]storage failed');
    expect(logged()).toContainEqual(expect.objectContaining({ problem: 'DiskReadOnly' }));
    expect(await names()).toEqual(acknowledged.toSorted());
    await stop();
    mountAgain(disk);
    await start();
    expect(await names()).toEqual(acknowledged.toSorted());
    expect((await create('after')).code).toBe(201);
  });
});

describe(`a disk that does not answer${without(hasExt4, 'ext4')}`, () => {
  it.runIf(hasExt4)('holds up writes alone: reads, lists and watches are answered meanwhile', async () => {
    const slow = mountExt4(64);
    disk = slow;
    // A process of its own: one that waited for the disk could not let the disk go.
    const program = await bundleServer(join(slow.path, '../bundle'));
    const child = new ServerProcess({ program, dataDir: join(slow.path, 'data'), windowRevisions: 1000 });
    let client: RawClient | undefined;
    let isFrozen = false;
    try {
      raw = client = new RawClient(await child.ready());
      const { body } = await create('first');
      const revision = Number(body.metadata.resourceVersion);
      const live = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${revision}`);
      freeze(slow, (isFrozen = true));
      const order: string[] = [];
      const write = create('second').then((answer) => {
        order.push('write');
        return answer.code;
      });
      expect((await client.send('GET', `${CONFIG_MAPS}/first`)).code).toBe(200);
      expect(await names()).toEqual(['first']);
      const resumed = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${revision - 1}`);
      expect((await resumed.next()).object.metadata.name).toBe('first');
      const begun = await client.watch(`${CONFIG_MAPS}?watch=true`);
      expect((await begun.next()).object.metadata.name).toBe('first');
      expect((await client.send('GET', '/readyz')).code).toBe(200);
      expect(order).toEqual([]);
      freeze(slow, (isFrozen = false));
      expect(await write).toBe(201);
      for (const watch of [live, resumed, begun]) {
        expect((await watch.next()).object.metadata.name).toBe('second');
        watch.close();
      }
    } finally {
      if (isFrozen) freeze(slow, false);
      await child.kill();
      client?.close();
    }
  });
});
