import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';

/** Digits of a mark; Number.MAX_SAFE_INTEGER has 16. */
const WIDTH = 16;

/**
 * The newest revision that was answered, in a small file beside the database: a witness of what must be there.
 *
 * SQLite takes a damaged or missing WAL file for the end of the log and opens without a word, short of what was
 * acknowledged. The mark is written after the commit is synced and before it is answered, so it is never ahead of an
 * honest disk; it is not synced itself, so it costs nothing, and after a power cut it may be behind, which is harmless.
 */
export class NewestMark {
  readonly #file: number;
  #revision = 0;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens the file, creates it if missing, 0600. Throws what the file system throws. */
  static open(path: string): NewestMark {
    return new NewestMark(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  /** Notes a revision. A mark that cannot be written only witnesses less: the commit itself is safe. */
  note(revision: number): void {
    this.#revision = revision;
    this.rewrite();
  }

  /** Writes the mark once more. Returns the system's error code when the disk does not take it. */
  rewrite(): string | undefined {
    try {
      // One write of fixed length over the same bytes: it needs no space, and no reader sees half of it.
      writeSync(this.#file, `${String(this.#revision).padStart(WIDTH, '0')}\n`, 0);
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The revision of a mark file; undefined when there is none, or none that can be read. */
export function readNewestMark(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return /^\d{16}\n$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
