import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, startTestApiServer } from '../../testing/index.ts';
import type { RawAnswer, TestApiServer } from '../../testing/index.ts';

const NAMESPACES = '/api/v1/namespaces';
const CONFIG_MAPS = `${NAMESPACES}/default/configmaps`;

let server: TestApiServer;
let raw: RawClient;
/** Another connection that holds SQLite's write lock: the writer thread waits for it as for a slow disk. */
let holder: DatabaseSync;
/** What was answered, in order. */
let answered: string[];
let count = 0;

beforeAll(async () => {
  server = await startTestApiServer({ crds: [] });
  raw = new RawClient(server);
  holder = new DatabaseSync(join(server.dataDir, 'objects.db'));
});
afterAll(async () => {
  holder.close();
  raw.close();
  await server.close();
});
beforeEach(() => {
  answered = [];
});
afterEach(() => {
  if (holder.isTransaction) holder.exec('ROLLBACK');
});

/** From now on no commit comes through. The writer waits up to five seconds for the lock. */
function hold(): void {
  holder.exec('BEGIN IMMEDIATE');
}

function release(): void {
  holder.exec('ROLLBACK');
}

/** Sends a request and notes when it was answered. */
async function send(label: string, method: string, path: string, body?: unknown): Promise<RawAnswer> {
  const answer = await raw.send(method, path, body === undefined ? {} : { body });
  answered.push(label);
  return answer;
}

function fresh(prefix: string): string {
  count += 1;
  return `${prefix}-${count}`;
}

async function created(name = fresh('made')): Promise<{ name: string; path: string; resourceVersion: string }> {
  const { body } = await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name } } });
  return { name, path: `${CONFIG_MAPS}/${name}`, resourceVersion: body.metadata.resourceVersion };
}

describe('while a commit is held up', () => {
  it('answers reads, lists and watches, old ones and new, and the write only when it is on disk', async () => {
    const { path, name, resourceVersion } = await created();
    const live = await raw.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`);
    hold();
    const update = send('update', 'PUT', path, { metadata: { name, resourceVersion }, data: { a: '1' } });
    const read = await send('read', 'GET', path);
    const listed = await send('list', 'GET', CONFIG_MAPS);
    const replayed = await raw.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${Number(resourceVersion) - 1}`);
    expect((await replayed.next()).object.metadata.name).toBe(name);
    const large = await send('second read', 'GET', path);
    expect(answered).toEqual(['read', 'list', 'second read']);
    expect([read, large].map((answer) => answer.body.metadata.resourceVersion)).toEqual([
      resourceVersion,
      resourceVersion,
    ]);
    expect(listed.body.metadata.resourceVersion).toBe(resourceVersion);
    release();
    const updated = await update;
    expect(updated.code).toBe(200);
    expect((await live.next()).object.metadata.resourceVersion).toBe(updated.body.metadata.resourceVersion);
    live.close();
    replayed.close();
  });

  it('answers no write that only a crash could make true or untrue', async () => {
    const taken = fresh('taken');
    const updated = await created();
    const deleted = await created();
    const other = fresh('team');
    hold();
    const first = [
      send('create', 'POST', CONFIG_MAPS, { metadata: { name: taken } }),
      send('update', 'PUT', updated.path, {
        metadata: { name: updated.name, resourceVersion: updated.resourceVersion },
        data: { a: '1' },
      }),
      send('delete', 'DELETE', deleted.path),
      send('namespace', 'POST', NAMESPACES, { metadata: { name: other } }),
    ];
    // Whole round trips, in which the server takes in what was sent before.
    for (let round = 0; round < 5; round += 1) await raw.send('GET', CONFIG_MAPS);
    const second = {
      taken: send('create again', 'POST', CONFIG_MAPS, { metadata: { name: taken } }),
      tried: send('create dry', 'POST', `${CONFIG_MAPS}?dryRun=All`, { metadata: { name: taken } }),
      stale: send('update stale', 'PUT', updated.path, {
        metadata: { name: updated.name, resourceVersion: updated.resourceVersion },
        data: { a: '2' },
      }),
      same: send('update same', 'PUT', updated.path, { metadata: { name: updated.name }, data: { a: '1' } }),
      missing: send('update deleted', 'PUT', deleted.path, { metadata: { name: deleted.name } }),
      again: send('delete deleted', 'DELETE', deleted.path),
      inside: send('create inside', 'POST', `${NAMESPACES}/${other}/configmaps`, { metadata: { name: 'a' } }),
      bad: send('bad', 'POST', CONFIG_MAPS, '{'),
    };
    expect((await second.bad).code).toBe(400);
    for (let round = 0; round < 5; round += 1) await raw.send('GET', CONFIG_MAPS);
    expect(answered).toEqual(['bad']);
    expect((await raw.send('GET', `${CONFIG_MAPS}/${taken}`)).code).toBe(404);
    release();
    expect((await Promise.all(first)).map((answer) => answer.code)).toEqual([201, 200, 200, 201]);
    const reasonOf = async (answer: Promise<RawAnswer>): Promise<unknown> => (await answer).body.reason;
    expect(await reasonOf(second.taken)).toBe('AlreadyExists');
    expect(await reasonOf(second.tried)).toBe('AlreadyExists');
    expect(await reasonOf(second.stale)).toBe('Conflict');
    expect((await second.same).code).toBe(200);
    expect(await reasonOf(second.missing)).toBe('NotFound');
    expect(await reasonOf(second.again)).toBe('NotFound');
    expect((await second.inside).code).toBe(201);
    expect((await raw.send('GET', `${CONFIG_MAPS}/${taken}`)).code).toBe(200);
  });

  it('shows what a refusal told of to whoever reads next, on whichever connection', async () => {
    const others = Array.from({ length: 4 }, () => new RawClient(server));
    for (let round = 0; round < 20; round += 1) {
      const name = fresh('race');
      const answers = await Promise.all(
        others.map(async (client) => {
          const { code } = await client.send('POST', CONFIG_MAPS, { body: { metadata: { name } } });
          const read = await raw.send('GET', `${CONFIG_MAPS}/${name}`);
          return `${code}, then read ${read.code}`;
        }),
      );
      expect(answers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        '201, then read 200',
        '409, then read 200',
        '409, then read 200',
        '409, then read 200',
      ]);
    }
    for (const client of others) client.close();
  });

  it('refuses what rested on a write that never came to the disk', async () => {
    const name = fresh('lost');
    hold();
    const first = send('create', 'POST', CONFIG_MAPS, { metadata: { name } });
    for (let round = 0; round < 5; round += 1) await raw.send('GET', CONFIG_MAPS);
    const second = send('create again', 'POST', CONFIG_MAPS, { metadata: { name } });
    const refusals = await Promise.all([first, second]);
    expect(refusals.map((answer) => [answer.code, answer.body.reason])).toEqual([
      [500, 'InternalError'],
      [500, 'InternalError'],
    ]);
    expect(refusals[0].body.message).toMatch(
      /objects\.db.*another program holds the write lock|write lock of .*objects\.db/,
    );
    expect((await raw.send('GET', `${CONFIG_MAPS}/${name}`)).code).toBe(404);
    release();
    expect((await raw.send('POST', CONFIG_MAPS, { body: { metadata: { name } } })).code).toBe(201);
  });
});
