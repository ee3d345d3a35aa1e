/** Why a database file is not opened. */
export type StoreRefusal = 'StoreCorrupt' | 'StoreIncomplete' | 'StoreNewerVersion' | 'StoreUnavailable';

/** A database file that must not be used as it is. */
export class StoreRefusedError extends Error {
  readonly code: StoreRefusal;

  constructor(code: StoreRefusal, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreRefusedError';
    this.code = code;
  }
}

/** Why writes fail: what a person does about it differs. */
export type WriteProblem =
  | 'DiskFull'
  | 'DiskReadOnly'
  | 'DiskFails'
  | 'StoreCorrupt'
  | 'StoreBusy'
  | 'StoreRefuses'
  | 'WriterStopped';

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary result code of a node:sqlite error; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** True for an error that says that another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

/** True for an error that says that a database file is damaged. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** The refusal of a damaged file. */
export function corrupt(path: string, why: string, cause?: unknown): StoreRefusedError {
  return new StoreRefusedError(
    'StoreCorrupt',
    `${path} is damaged or is not a database (${why}). Restore a backup with 'nanny standalone restore', or move the folder away to start empty.`,
    cause,
  );
}

/**
 * Names what keeps a commit from the disk, in words for the person who has to act.
 *
 * SQLite says of most system errors only that there was one.
 *
 * @param retriedCode what a small write of our own, made afterwards, got from the system; undefined when it went well.
 */
export function describeWriteFailure(
  error: unknown,
  path: string,
  retriedCode: string | undefined,
): { problem: WriteProblem; message: string } {
  const code = sqliteCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (isDamage(error)) {
    return {
      problem: 'StoreCorrupt',
      message: `${path} is damaged (${text}). Stop the control plane and restore a backup with 'nanny standalone restore'.`,
    };
  }
  if (code === SQLITE_BUSY) {
    return { problem: 'StoreBusy', message: `another program holds the write lock of ${path}. End that program.` };
  }
  const disk = code === SQLITE_FULL ? 'ENOSPC' : code === SQLITE_READONLY ? 'EROFS' : retriedCode;
  if (disk === 'ENOSPC' || disk === 'EDQUOT') {
    return { problem: 'DiskFull', message: `the disk of ${path} is full. Free space; writing goes on by itself.` };
  }
  if (disk === 'EROFS' || disk === 'EACCES') {
    return {
      problem: 'DiskReadOnly',
      message: `the disk of ${path} is read-only. Make it writable again (see the kernel's log for why it is not); then restart the control plane unless it goes on by itself.`,
    };
  }
  if (code === SQLITE_IOERR || disk !== undefined) {
    const told = disk === undefined ? text : `${text}, ${disk}`;
    return { problem: 'DiskFails', message: `the disk of ${path} fails (${told}). See the kernel's log.` };
  }
  return { problem: 'StoreRefuses', message: `${path} did not take the write (${text}). This is a bug: report it.` };
}
