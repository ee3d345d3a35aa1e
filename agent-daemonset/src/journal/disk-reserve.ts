import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const RESERVE_BYTES = 1024 * 1024;

/** Whether an error says that the disk, or the quota on it, is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/**
 * A megabyte that is given up when the disk is full, because a full disk is one of the faults that this agent is
 * asked to explain and its journal must still work then.
 */
export class DiskReserve {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Takes the reserve, unless there is no room for it now. */
  static async open(stateDir: string): Promise<DiskReserve> {
    const path = join(stateDir, 'reserve');
    const size = await stat(path).then(
      (entry) => entry.size,
      () => 0,
    );
    if (size < RESERVE_BYTES)
      await writeFile(path, Buffer.alloc(RESERVE_BYTES, 'nanny'), { mode: 0o600 }).catch(() => undefined);
    return new DiskReserve(path);
  }

  /** Writes; on a full disk gives the reserve up and writes once more. @throws what the second try throws. */
  async writeWith(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      await rm(this.#path, { force: true });
      await write();
    }
  }
}
