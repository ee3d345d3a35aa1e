import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap } from './fixtures/config-maps.ts';
import { ObjectStore } from './object-store.ts';
import { countStore } from './store-metrics.ts';

let folder: string;
let store: ObjectStore;
let registry: Registry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-metrics-'));
  const databasePath = join(folder, 'objects.db');
  store = await ObjectStore.open({ databasePath, windowRevisions: 10 });
  registry = new Registry();
  countStore(store, databasePath, registry);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string): Promise<void> {
  const { key, object } = configMap(name);
  await store.put(key, object);
}

async function value(line: string): Promise<number> {
  const text = await registry.metrics();
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
  if (found === undefined) throw new Error(`no ${line} in:\n${text}`);
  return Number(found.slice(line.length + 1));
}

describe('the metrics of a store', () => {
  it('tell how many writes shared a transaction, and how long the disk took', async () => {
    await Promise.all(['a', 'b', 'c'].map(put));
    await put('d');
    expect(await value('nannyapi_store_commit_writes_count')).toBe(2);
    expect(await value('nannyapi_store_commit_writes_sum')).toBe(4);
    expect(await value('nannyapi_store_commit_seconds_count')).toBe(2);
    expect(await value('nannyapi_store_commit_seconds_sum')).toBeGreaterThan(0);
  });

  it('tell revisions, objects, files and compactions', async () => {
    for (let count = 0; count < 6; count += 1) await Promise.all(Array.from({ length: 50 }, () => put('busy')));
    await put('other');
    expect(await value('nannyapi_store_revision')).toBe(301);
    expect(await value('nannyapi_store_compacted_revision')).toBeGreaterThan(255);
    expect(await value('nannyapi_store_compactions_total')).toBe(1);
    expect(await value('nannyapi_store_objects{resource="configmaps"}')).toBe(2);
    expect(await value('nannyapi_store_file_bytes{file="database"}')).toBeGreaterThan(0);
    expect(await value('nannyapi_store_file_bytes{file="wal"}')).toBeGreaterThan(0);
    expect(await value('nannyapi_store_failing')).toBe(0);
  });
});
