import type { StoreRefusal, WriteProblem } from './store-problem.ts';

/**
 * What the main thread and the store's writer thread say to each other. Plain data only: it crosses by structured clone.
 */

/** What a revision did to its object. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One revision on its way to disk: one write to one object. */
export interface RevisionRow {
  /** Strictly rising over the whole store; becomes `metadata.resourceVersion`. */
  revision: number;
  /** `plural` of a core kind, else `plural.group`. */
  resource: string;
  /** '' for a cluster-scoped object. */
  namespace: string;
  name: string;
  change: ChangeType;
  /** The revision this one replaces; null for the first of an object's life. */
  previousRevision: number | null;
  /** The object as JSON text; for DELETED its last state, carrying the revision of its deletion. */
  body: string;
}

/** What the writer thread is started with. */
export interface WriterSetup {
  databasePath: string;
}

/** Main thread to writer. A commit without rows only tries whether the disk takes writes (again). */
export type WriterRequest =
  | { type: 'commit'; batch: number; rows: RevisionRow[]; compactTo: number | null }
  | { type: 'close' };

/** Writer to main thread. `refused` is the only answer to a file that cannot be opened. */
export type WriterReply =
  | { type: 'ready'; revision: number; compactedRevision: number }
  | { type: 'refused'; code: StoreRefusal; message: string }
  | { type: 'committed'; batch: number; seconds: number }
  | { type: 'failed'; batch: number; problem: WriteProblem; message: string }
  | { type: 'closed' };
