import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { makeFolder } from '@nannyapi/process';
import type { ExportItem } from './collect-export.ts';
import { exportPath, exportText } from './export-file.ts';
import { moveError } from './move-error.ts';

/** Takes an export, object by object. */
export interface ExportWriter {
  write(item: ExportItem): Promise<void>;
  /** Makes it stand. */
  finish(): Promise<void>;
  /** Leaves nothing of it. */
  discard(): Promise<void>;
}

/** Files that are on their way to the disk at once; each waits for it. */
const MAX_OPEN_FILES = 32;

/**
 * Writes a file an object into a folder beside the target, which takes its name when all of it is on disk: whoever
 * finds the target finds the whole export. Folders have mode 0700, files 0600, for prompts may tell of secrets.
 *
 * @throws CodedError `TargetNotEmpty`
 */
export async function folderWriter(target: string): Promise<ExportWriter> {
  await requireEmpty(target);
  await makeFolder(dirname(target));
  const partial = `${target}.${randomBytes(6).toString('hex')}.partial`;
  await mkdir(partial, { mode: 0o700 });
  const files = new SyncedFiles();
  return {
    write: async ({ resource, object }) => {
      const path = join(partial, ...exportPath(resource, object));
      await makeFolder(dirname(path));
      await files.write(path, exportText(object));
    },
    finish: async () => {
      await files.finished();
      await moveTo(partial, target);
    },
    discard: async () => {
      await files.idle();
      await rm(partial, { recursive: true, force: true });
    },
  };
}

/** New files, some of them on their way to the disk at once. */
class SyncedFiles {
  readonly #underWay = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  /** Resolves when there is room for the next file; throws what an earlier one failed with. */
  async write(path: string, text: string): Promise<void> {
    const file = writeSynced(path, text)
      .catch((error: unknown) => void this.#failures.push(error))
      .finally(() => this.#underWay.delete(file));
    this.#underWay.add(file);
    if (this.#underWay.size >= MAX_OPEN_FILES) await Promise.race(this.#underWay);
    this.#throwFailure();
  }

  /** Resolves when all files are on disk. */
  async finished(): Promise<void> {
    await this.idle();
    this.#throwFailure();
  }

  /** Resolves when nothing is written any more, well or not. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #throwFailure(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

/** Writes one YAML document an object, as `kubectl` and {@link folderWriter}'s files have them. */
export function streamWriter(output: Writable): ExportWriter {
  return {
    write: async ({ object }) => {
      if (!output.write(`---\n${exportText(object)}`)) await once(output, 'drain');
    },
    finish: async () => undefined,
    discard: async () => undefined,
  };
}

async function requireEmpty(target: string): Promise<void> {
  try {
    if ((await readdir(target)).length === 0) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
  }
  throw targetNotEmpty(target);
}

async function moveTo(partial: string, target: string): Promise<void> {
  try {
    await rename(partial, target);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) throw targetNotEmpty(target, error);
    throw error;
  }
  await syncFolder(dirname(target));
}

function targetNotEmpty(target: string, cause?: unknown): Error {
  return moveError('TargetNotEmpty', `${target} is there and is no empty folder; export to a new one`, { cause });
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
