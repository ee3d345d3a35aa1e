import { Worker } from 'node:worker_threads';
import { CodedError } from '@nannyapi/process';
import { storeWorkerUrl } from './worker-url.ts';
import type { RevisionRow, WriterReply, WriterRequest, WriterSetup } from './worker-protocol.ts';

/** What the queue tells its owner. */
export interface CommitQueueEvents {
  /** Rows are on disk, in revision order. Called before the writers are told. */
  onCommitted(rows: readonly RevisionRow[]): void;
  /** Every write that was not yet on disk is gone; the owner forgets what it built on them. */
  onLost(): void;
}

interface Waiting {
  row: RevisionRow;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Group commit: every write that arrives while the disk is busy joins the next transaction.
 *
 * ```
 * submit ─▶ waiting ──(nothing in flight)──▶ in flight ──▶ writer thread, one transaction ──▶ committed
 * ```
 * One batch is in flight at a time. When it fails, the writes waiting behind it fail with it: they were computed
 * on top of it.
 */
export class CommitQueue {
  readonly #worker: Worker;
  #events: CommitQueueEvents | undefined;
  #waiting: Waiting[] = [];
  #inFlight: Waiting[] = [];
  #batch = 0;
  #isFlushScheduled = false;
  #compactTo: number | null = null;
  #dead: Error | undefined;
  #closed: PromiseWithResolvers<void> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: WriterReply) => this.#onReply(reply));
    worker.on('error', (error) => this.#die(error));
    worker.on('exit', () => {
      this.#die(new Error('the writer thread ended'));
      this.#closed?.resolve();
    });
  }

  /**
   * Starts the writer thread on a database file.
   *
   * @throws CodedError `StoreCorrupt`, `StoreNewerVersion`, `StoreUnavailable`.
   */
  static async open(setup: WriterSetup): Promise<{ queue: CommitQueue; revision: number; compactedRevision: number }> {
    const worker = new Worker(storeWorkerUrl(), {
      workerData: setup,
      name: 'store-writer',
      // The writer holds one batch and SQLite's own cache (outside the heap); a small young generation keeps it small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    const first = await new Promise<WriterReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the writer thread ended before it was ready')));
    });
    if (first.type === 'ready') return { ...first, queue: new CommitQueue(worker) };
    await worker.terminate();
    const refusal =
      first.type === 'refused' ? first : { code: 'StoreUnavailable', message: 'The writer is out of step' };
    throw new CodedError({ code: refusal.code, message: refusal.message });
  }

  /** Names the owner, before the first write. */
  attach(events: CommitQueueEvents): void {
    this.#events = events;
  }

  /** Why nothing can be written any more; undefined while the writer lives. */
  get failure(): Error | undefined {
    return this.#dead;
  }

  /** Resolves when the row is on disk. @throws CodedError `StorageFailed` when it is not. */
  submit(row: RevisionRow): Promise<void> {
    if (this.#dead !== undefined) return Promise.reject(storageFailed(this.#dead.message));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      this.#schedule();
    });
  }

  /** Asks that the next transaction drops revisions superseded at or before `revision`. */
  compact(revision: number): void {
    this.#compactTo = revision;
  }

  /** Writes what waits, then ends the writer thread. */
  async close(): Promise<void> {
    if (this.#dead !== undefined) return;
    this.#closed = Promise.withResolvers<void>();
    if (this.#isBusy()) {
      this.#drained = Promise.withResolvers<void>();
      await this.#drained.promise;
    }
    this.#post({ type: 'close' });
    await this.#closed.promise;
  }

  #isBusy(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.length > 0;
  }

  /** After this turn's I/O callbacks, so that all requests of one turn share a transaction. */
  #schedule(): void {
    if (this.#isFlushScheduled || this.#inFlight.length > 0) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#waiting.length === 0 || this.#inFlight.length > 0 || this.#dead !== undefined) return;
    this.#inFlight = this.#waiting;
    this.#waiting = [];
    this.#batch += 1;
    const rows = this.#inFlight.map((write) => write.row);
    this.#post({ type: 'commit', batch: this.#batch, rows, compactTo: this.#compactTo });
    this.#compactTo = null;
  }

  #post(request: WriterRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
  }

  #onReply(reply: WriterReply): void {
    if (reply.type === 'committed') this.#onCommitted();
    else if (reply.type === 'failed') this.#lose(storageFailed(reply.message));
  }

  #onCommitted(): void {
    const done = this.#inFlight;
    this.#inFlight = [];
    // Sent before the answers go out, so that the disk works while the answers are written.
    this.#flush();
    this.#events?.onCommitted(done.map((write) => write.row));
    for (const write of done) write.resolve();
    if (!this.#isBusy()) this.#drained?.resolve();
  }

  #lose(error: Error): void {
    const lost = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#events?.onLost();
    for (const write of lost) write.reject(error);
    this.#drained?.resolve();
  }

  #die(error: Error): void {
    if (this.#dead !== undefined) return;
    this.#dead = error;
    this.#lose(storageFailed(error.message));
  }
}

function storageFailed(reason: string): CodedError {
  return new CodedError({ code: 'StorageFailed', message: `Nothing was stored: ${reason}`, status: 500 });
}
