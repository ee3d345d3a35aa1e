import type { Readable, Writable } from 'node:stream';

/** What a verb may touch of the process it runs in. */
export interface VerbIo {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  env: Readonly<Record<string, string | undefined>>;
  isRoot: boolean;
  /** Aborts when the person or the system asks the process to end. */
  signal: AbortSignal;
}

/** Verbs by name; each is loaded only when asked for, so that a small one starts fast. */
export type VerbTable = Readonly<Record<string, { summary: string; load: () => Promise<Verb> }>>;

/** One thing `nanny` does. */
export interface Verb {
  /** The whole help, printed with `--help`. */
  help: string;
  /** Verbs of its own, named after it: `nanny standalone export`. */
  verbs?: VerbTable;
  /** @returns the exit status. @throws UsageError for bad arguments */
  run(args: readonly string[], io: VerbIo): Promise<number>;
}

/** Bad arguments: printed with a pointer to `--help`, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
