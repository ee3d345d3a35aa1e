import { Worker } from 'node:worker_threads';
import { CodedError } from '@nannyapi/process';
import type { Clock, Timer } from '@nannyapi/process';
import type { WriteProblem } from './store-problem.ts';
import { storeWorkerUrl } from './worker-url.ts';
import type { RevisionRow, WriterReply, WriterRequest, WriterSetup } from './worker-protocol.ts';

/** While the disk refuses writes, it is tried again this often, ms. */
const PROBE_EVERY_MS = 1000;

/** Why writes fail. */
export interface StoreFailure {
  problem: WriteProblem;
  /** Names the file and what to do. */
  message: string;
}

/** One transaction, for metrics. */
export interface CommitFacts {
  /** Writes in it. */
  writes: number;
  /** Time in SQLite, its sync included. */
  seconds: number;
  /** True when it also dropped old revisions. */
  isCompaction: boolean;
}

/** What the queue tells its owner. */
export interface CommitQueueEvents {
  /** Rows are on disk, in revision order. Called before the writers are told. */
  onCommitted(rows: readonly RevisionRow[]): void;
  /** Every write that was not yet on disk is gone; the owner forgets what it built on them. */
  onLost(): void;
  /** A transaction is on disk. */
  onTransaction?(facts: CommitFacts): void;
  /** A transaction failed. */
  onFailed?(failure: StoreFailure): void;
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
 * on top of it. From then on an empty transaction tries the disk now and then, so that {@link CommitQueue.failure}
 * ends with its cause, also when nobody writes.
 */
export class CommitQueue {
  readonly #worker: Worker;
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #stopped = Promise.withResolvers<void>();
  #events: CommitQueueEvents | undefined;
  #waiting: Waiting[] = [];
  #inFlight: { writes: Waiting[]; isCompaction: boolean } | undefined;
  #newest: Promise<void> | undefined;
  #batch = 0;
  #isFlushScheduled = false;
  #compactTo: number | null = null;
  #failure: StoreFailure | undefined;
  #probe: Timer | undefined;
  #isDead = false;
  #isClosing = false;
  #drained: PromiseWithResolvers<void> | undefined;

  private constructor(worker: Worker, clock: Pick<Clock, 'setTimer'>) {
    this.#worker = worker;
    this.#clock = clock;
    // Not everybody waits for the end.
    this.#stopped.promise.catch(() => undefined);
    worker.on('message', (reply: WriterReply) => this.#onReply(reply));
    worker.on('error', (error) => this.#die(error));
    worker.on('exit', () => this.#die(new Error('it ended by itself')));
  }

  /**
   * Starts the writer thread on a database file.
   *
   * @throws CodedError `StoreCorrupt`, `StoreIncomplete`, `StoreNewerVersion`, `StoreUnavailable`.
   */
  static async open(
    setup: WriterSetup,
    clock: Pick<Clock, 'setTimer'>,
    workerUrl = storeWorkerUrl(),
  ): Promise<{ queue: CommitQueue; revision: number; compactedRevision: number }> {
    const worker = new Worker(workerUrl, {
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
    if (first.type === 'ready') return { ...first, queue: new CommitQueue(worker, clock) };
    await worker.terminate();
    const refusal =
      first.type === 'refused' ? first : { code: 'StoreUnavailable', message: 'The writer is out of step' };
    throw new CodedError({ code: refusal.code, message: refusal.message });
  }

  /** Names the owner, before the first write. */
  attach(events: CommitQueueEvents): void {
    this.#events = events;
  }

  /** Why writes fail; undefined while they do not. */
  get failure(): StoreFailure | undefined {
    return this.#failure;
  }

  /** Resolves when the queue was closed; rejects when the writer thread ended by itself: then only a restart helps. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Resolves when the row is on disk. @throws CodedError `StorageFailed` when it is not. */
  submit(row: RevisionRow): Promise<void> {
    if (this.#isDead && this.#failure !== undefined) return Promise.reject(storageFailed(this.#failure));
    this.#newest = new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      this.#schedule();
    });
    return this.#newest;
  }

  /** Resolves when every row submitted until now is on disk. @throws CodedError `StorageFailed` when one is not. */
  async settled(): Promise<void> {
    await this.#newest;
  }

  /** Asks that the next transaction drops revisions superseded at or before `revision`. */
  compact(revision: number): void {
    this.#compactTo = revision;
  }

  /** Resolves when nothing waits and nothing is in flight, stored or lost. */
  async idle(): Promise<void> {
    if (!this.#isBusy()) return;
    this.#drained ??= Promise.withResolvers<void>();
    await this.#drained.promise;
  }

  /** Writes what waits, then ends the writer thread. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#probe?.cancel();
    await this.idle();
    if (this.#isDead) {
      // Those who waited have been told; a thread that was given up may still run.
      await this.#worker.terminate();
      return;
    }
    this.#post({ type: 'close' });
    await this.#stopped.promise;
  }

  #isBusy(): boolean {
    return this.#waiting.length > 0 || this.#inFlight !== undefined;
  }

  /** After this turn's I/O callbacks, so that all requests of one turn share a transaction. */
  #schedule(): void {
    if (this.#isFlushScheduled || this.#inFlight !== undefined) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      if (this.#waiting.length > 0) this.#flush();
    });
  }

  #flush(): void {
    if (this.#inFlight !== undefined || this.#isDead) return;
    const writes = this.#waiting;
    const compactTo = this.#compactTo;
    this.#inFlight = { writes, isCompaction: compactTo !== null };
    this.#waiting = [];
    this.#compactTo = null;
    this.#batch += 1;
    this.#post({ type: 'commit', batch: this.#batch, rows: writes.map((write) => write.row), compactTo });
  }

  #post(request: WriterRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request);
  }

  #onReply(reply: WriterReply): void {
    if (reply.type === 'committed') this.#onCommitted(reply.seconds);
    else if (reply.type === 'failed') this.#onRefused({ problem: reply.problem, message: reply.message });
  }

  #onCommitted(seconds: number): void {
    const { writes = [], isCompaction = false } = this.#inFlight ?? {};
    this.#inFlight = undefined;
    this.#failure = undefined;
    // Sent before the answers go out, so that the disk works while the answers are written.
    if (this.#waiting.length > 0) this.#flush();
    this.#events?.onCommitted(writes.map((write) => write.row));
    this.#events?.onTransaction?.({ writes: writes.length, seconds, isCompaction });
    for (const write of writes) write.resolve();
    this.#onIdle();
  }

  /**
   * A sync that failed once is not tried again: the kernel drops what it could not write and reports the next sync as
   * done. Only a fresh start reads what is really there.
   */
  #onRefused({ problem, message }: StoreFailure): void {
    if (problem === 'DiskFails') this.#stop({ problem, message: `${message} Then restart the control plane.` });
    else this.#onFailed({ problem, message });
  }

  #onFailed(failure: StoreFailure): void {
    this.#failure = failure;
    this.#lose(storageFailed(failure));
    this.#events?.onFailed?.(failure);
    if (this.#isClosing || this.#isDead) return;
    this.#probe = this.#clock.setTimer(PROBE_EVERY_MS, () => {
      // A write under way tries the disk as well.
      if (this.#failure !== undefined && !this.#isBusy()) this.#flush();
    });
  }

  #lose(error: Error): void {
    const lost = [...(this.#inFlight?.writes ?? []), ...this.#waiting];
    this.#inFlight = undefined;
    this.#waiting = [];
    this.#events?.onLost();
    for (const write of lost) write.reject(error);
    this.#onIdle();
  }

  /** What was lost was told to those who waited for it; it must not fail those who ask later. */
  #onIdle(): void {
    if (this.#isBusy()) return;
    this.#newest = undefined;
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #die(error: Error): void {
    if (this.#isDead) return;
    if (this.#isClosing && !this.#isBusy()) {
      this.#isDead = true;
      this.#stopped.resolve();
      return;
    }
    const message = `the thread that writes the database stopped (${error.message}). Restart the control plane.`;
    this.#stop({ problem: 'WriterStopped', message });
  }

  /** Nothing is written from here on. */
  #stop(failure: StoreFailure): void {
    this.#isDead = true;
    this.#probe?.cancel();
    this.#onFailed(failure);
    this.#stopped.reject(storageFailed(failure));
  }
}

/** Problems after which nobody knows whether the transaction reached the disk; a restart shows it. */
const UNKNOWN_OUTCOME: ReadonlySet<WriteProblem> = new Set(['DiskFails', 'WriterStopped']);

/** In the words and with the code of kube-apiserver for a store that cannot store: 500 InternalError. */
function storageFailed({ problem, message }: StoreFailure): CodedError {
  const outcome = UNKNOWN_OUTCOME.has(problem) ? 'the write may be lost' : 'nothing was stored';
  return new CodedError({
    code: 'StorageFailed',
    message: `Internal error occurred: ${outcome}: ${message}`,
    status: 500,
    details: [{ message: problem }],
  });
}
