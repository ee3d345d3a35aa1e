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

/** Runs the writer program until it has been answered `count` times, then kills it. Returns what it was answered. */
async function writeUntilKilled(count: number): Promise<{ name: string; revision: number }[]> {
  const child = spawn(process.execPath, [PROGRAM, folder, '8'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: { name: string; revision: number }[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = '', revision = ''] = line.split(' ');
      if (revision === '') continue;
      acknowledged.push({ name, revision: Number(revision) });
      if (acknowledged.length === count) child.kill('SIGKILL');
    }
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  return acknowledged;
}

describe('a control plane killed under load', () => {
  it('has every acknowledged write after a restart, invents none, and never gives a revision twice', async () => {
    let highest = 0;
    for (const count of [1, 57, 203, 340]) {
      const acknowledged = await writeUntilKilled(count);
      expect(acknowledged.length).toBeGreaterThanOrEqual(count);
      expect(Math.min(...acknowledged.map((write) => write.revision))).toBeGreaterThan(highest);
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
        highest = store.revision;
      } finally {
        await store.close();
      }
    }
  });
});
