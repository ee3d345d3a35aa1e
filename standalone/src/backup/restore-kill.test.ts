import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, contentOf } from '../store/fixtures/config-maps.ts';
import { Randomness } from '../store/fixtures/randomness.ts';
import { ObjectStore } from '../store/object-store.ts';
import { finishRestore } from './data-folder.ts';
import { writeBackup } from './write-backup.ts';

const KILLS = 12;
const OBJECTS = 400;

const RESTORE = `
  import { restoreBackup } from ${JSON.stringify(new URL('./restore-backup.ts', import.meta.url).href)};
  const [, dataDir, path] = process.argv;
  process.stdout.write('begins\\n');
  await restoreBackup({ dataDir, path, isReplacing: true, pid: process.pid, now: new Date() });
  process.stdout.write('restored\\n');
  setInterval(() => undefined, 1000);
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restore-kill-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function fill(dataDir: string, objects: number): Promise<void> {
  await mkdir(join(dataDir, 'api-server'), { recursive: true });
  const store = await ObjectStore.open({ databasePath: join(dataDir, 'api-server/objects.db') });
  const names = Array.from({ length: objects }, (_item, index) => `n-${index}`);
  await Promise.all(
    names.map(async (name) => {
      const { key, object } = configMap(name, { text: 'x'.repeat(5000) });
      await store.put(key, object);
    }),
  );
  await store.close();
}

async function countIn(dataDir: string): Promise<number> {
  const store = await ObjectStore.open({ databasePath: join(dataDir, 'api-server/objects.db') });
  try {
    return contentOf(store).length;
  } finally {
    await store.close();
  }
}

/** Kills a restore some time after it began. Returns whether it said that it was done. */
async function restoreUntilKilled(dataDir: string, path: string, waitMs: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', RESTORE, dataDir, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  try {
    await once(child.stdout, 'data');
    await delay(waitMs);
    return output.includes('restored');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

describe('a restore that is killed', () => {
  it('leaves the old control plane or the restored one, whole, never neither', async () => {
    const random = new Randomness();
    const [master, source, path] = [join(folder, 'master'), join(folder, 'source'), join(folder, 'backup')];
    await fill(master, 1);
    await fill(source, OBJECTS);
    await writeBackup({ dataDir: source, path, productVersion: '1', now: new Date() });
    const found = new Map<number, number>();
    for (let round = 0; round < KILLS; round += 1) {
      const dataDir = join(folder, `data-${round}`);
      await cp(master, dataDir, { recursive: true });
      const isDone = await restoreUntilKilled(dataDir, path, random.below(150));
      // What the next start does first.
      await finishRestore(dataDir);
      const objects = await countIn(dataDir);
      expect([1, OBJECTS], `seed ${random.seed}, round ${round}`).toContain(objects);
      expect(objects === OBJECTS || !isDone, `seed ${random.seed}, round ${round}`).toBe(true);
      // The old one is never lost.
      const asides = (await readdir(dataDir)).filter((name) => name.includes('before-restore'));
      expect(asides).toHaveLength(objects === OBJECTS ? 1 : 0);
      found.set(objects, (found.get(objects) ?? 0) + 1);
      await rm(dataDir, { recursive: true });
    }
    expect([...found.values()].reduce((sum, count) => sum + count, 0)).toBe(KILLS);
  }, 120_000);

  it('is finished by the next start when only the new name was missing', async () => {
    const dataDir = join(folder, 'data');
    await fill(dataDir, 3);
    await cp(join(dataDir, 'api-server'), join(dataDir, 'api-server.restored'), { recursive: true });
    await rm(join(dataDir, 'api-server'), { recursive: true });
    await finishRestore(dataDir);
    expect(await readdir(dataDir)).toEqual(['api-server']);
    expect(await countIn(dataDir)).toBe(3);
  });
});
