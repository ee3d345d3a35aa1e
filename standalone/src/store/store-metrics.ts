import { stat } from 'node:fs/promises';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CommitFacts } from './commit-queue.ts';
import type { ObjectStore } from './object-store.ts';

/** From a quick NVMe to a disk that is about to fail. */
const COMMIT_BUCKETS_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/**
 * Shows in a registry what an operator of the store needs: how long the disk takes, how well writes share its syncs,
 * how large the files are.
 *
 * @returns how to stop counting.
 */
export function countStore(store: ObjectStore, databasePath: string, registry: Registry): () => void {
  const registers = [registry];
  const count = transactionCounter(registers);
  const failures = new Counter({
    name: 'nannyapi_store_commit_failures_total',
    help: 'Transactions that did not reach the disk, by why.',
    labelNames: ['problem'],
    registers,
  });
  showState(store, registry);
  showFiles(databasePath, registry);
  return store.observe({ onTransaction: count, onFailed: ({ problem }) => failures.inc({ problem }) });
}

function transactionCounter(registers: Registry[]): (facts: CommitFacts) => void {
  const seconds = new Histogram({
    name: 'nannyapi_store_commit_seconds',
    help: 'Time of a transaction in SQLite, its sync to disk included.',
    buckets: COMMIT_BUCKETS_SECONDS,
    registers,
  });
  const writes = new Histogram({
    name: 'nannyapi_store_commit_writes',
    help: 'Writes that shared a transaction.',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const compactions = new Counter({
    name: 'nannyapi_store_compactions_total',
    help: 'Times that revisions outside the watch window were dropped.',
    registers,
  });
  return (facts) => {
    seconds.observe(facts.seconds);
    // A trial of the disk has none.
    if (facts.writes > 0) writes.observe(facts.writes);
    if (facts.isCompaction) compactions.inc();
  };
}

function showState(store: ObjectStore, registry: Registry): void {
  gauge('nannyapi_store_revision', 'Newest revision on disk; its rate is the rate of writes.', () => store.revision);
  gauge(
    'nannyapi_store_compacted_revision',
    'Watches can resume after this revision only.',
    () => store.compactedRevision,
  );
  gauge('nannyapi_store_failing', '1 while writes fail, else 0.', () => (store.failure === undefined ? 0 : 1));
  registry.registerMetric(
    new Gauge({
      name: 'nannyapi_store_objects',
      help: 'Stored objects by resource.',
      labelNames: ['resource'],
      registers: [],
      collect() {
        for (const resource of store.resources()) this.set({ resource }, store.count(resource));
      },
    }),
  );

  function gauge(name: string, help: string, read: () => number): void {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  }
}

function showFiles(databasePath: string, registry: Registry): void {
  registry.registerMetric(
    new Gauge({
      name: 'nannyapi_store_file_bytes',
      help: 'Size of the files of the database.',
      labelNames: ['file'],
      registers: [],
      async collect() {
        for (const [file, suffix] of [
          ['database', ''],
          ['wal', '-wal'],
        ] as const) {
          const facts = await stat(`${databasePath}${suffix}`).catch(() => undefined);
          // Before the first write there is no WAL.
          this.set({ file }, facts?.size ?? 0);
        }
      },
    }),
  );
}
