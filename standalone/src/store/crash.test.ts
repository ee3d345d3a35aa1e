import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore } from './object-store.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const PROGRAM = new URL('../../testing/writer-process.ts', import.meta.url).pathname;

interface Acknowledged {
  name: string;
  revision: number;
}

/** Runs the writer program until `isEnough` of its lines came, then kills it. Returns what it was answered. */
async function writeUntilKilled(
  command: string[],
  isEnough: (acknowledged: number, refused: number) => boolean,
): Promise<{ acknowledged: Acknowledged[]; refused: string[] }> {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, process.execPath, PROGRAM, folder, '8'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const group = -(child.pid ?? Number.NaN);
  const acknowledged: Acknowledged[] = [];
  const refused: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = '', revision = ''] = line.split(' ');
      if (name === '!') refused.push(line);
      else if (revision !== '') acknowledged.push({ name, revision: Number(revision) });
      if (isEnough(acknowledged.length, refused.length)) break;
    }
  } finally {
    process.kill(group, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  return { acknowledged, refused };
}

/** Runs its arguments as they are, or with files limited to `$1` kilobytes: a disk that is full. */
const PLAIN = ['/usr/bin/env'];
const ON_A_FULL_DISK = ['/bin/bash', '-c', 'trap \'\' XFSZ; ulimit -f 700; exec "$@"', 'bash'];

async function expectAll(acknowledged: Acknowledged[]): Promise<number> {
  const store = await ObjectStore.open({ databasePath: join(folder, 'objects.db') });
  try {
    for (const { name, revision } of acknowledged) {
      const stored = store.get({ resource: 'configmaps', namespace: 'default', name });
      expect(stored?.revision).toBe(revision);
      expect(stored && store.parse(stored)['data']).toMatchObject({ name });
    }
    const revisions = [...store.list('configmaps')].map((object) => object.revision);
    expect(new Set(revisions).size).toBe(revisions.length);
    expect(Math.max(...revisions)).toBeLessThanOrEqual(store.revision);
    return store.revision;
  } finally {
    await store.close();
  }
}

describe('a control plane killed under load', () => {
  it('has every acknowledged write after a restart, invents none, and never gives a revision twice', async () => {
    let highest = 0;
    for (const count of [1, 57, 203, 340]) {
      const { acknowledged } = await writeUntilKilled(PLAIN, (written) => written >= count);
      expect(Math.min(...acknowledged.map((write) => write.revision))).toBeGreaterThan(highest);
      highest = await expectAll(acknowledged);
    }
  }, 120_000);
});

describe('a control plane on a full disk', () => {
  it('refuses writes with a Status, goes on reading, and has every acknowledged write after a restart', async () => {
    const { acknowledged, refused } = await writeUntilKilled(ON_A_FULL_DISK, (_written, failed) => failed >= 20);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['! 500 InternalError 200']));
    await expectAll(acknowledged);
  });
});
