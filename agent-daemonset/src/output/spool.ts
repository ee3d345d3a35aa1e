import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { makeFolder } from '@nannyapi/process';
import { OUTPUT_CHUNK_BYTES } from '@nannyapi/protocol';
import { characterBorder } from './host-text.ts';

const gzipAsync = promisify(gzip);

/** One chunk that waits to be sent. */
export interface SpooledChunk {
  actionID: string;
  stream: 'stdout' | 'stderr';
  chunk: number;
  path: string;
}

const CHUNK_NAME = /^([a-z0-9-]+)\.(stdout|stderr)\.(\d+)\.gz$/;

/** Output that is too large for the result, on disk until the control plane has it; it survives the agent. */
export class OutputSpool {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'outputs');
  }

  /** Stores a text as gzip chunks of at most 256 KiB before compression, cut between characters. @returns how many. */
  async store(uid: string, actionID: string, text: string): Promise<number> {
    const folder = this.#folderOf(uid);
    await makeFolder(folder);
    const bytes = Buffer.from(text, 'utf8');
    let chunk = 0;
    for (let from = 0; from < bytes.length; chunk += 1) {
      const to = characterBorder(bytes, Math.min(bytes.length, from + OUTPUT_CHUNK_BYTES));
      const packed = await gzipAsync(bytes.subarray(from, to));
      await writeFile(join(folder, `${actionID}.stdout.${chunk}.gz`), packed, { mode: 0o600 });
      from = to;
    }
    return chunk;
  }

  /** Chunks of a task that were not sent yet, in order. */
  async pending(uid: string): Promise<SpooledChunk[]> {
    const folder = this.#folderOf(uid);
    // No folder: nothing of this task was large.
    const names = await readdir(folder).catch(() => []);
    return names
      .flatMap((name): SpooledChunk[] => {
        const [, actionID, stream, chunk] = CHUNK_NAME.exec(name) ?? [];
        if (actionID === undefined || (stream !== 'stdout' && stream !== 'stderr')) return [];
        return [{ actionID, stream, chunk: Number(chunk), path: join(folder, name) }];
      })
      .sort((one, other) => one.actionID.localeCompare(other.actionID) || one.chunk - other.chunk);
  }

  /** The bytes of a chunk. */
  async read(chunk: SpooledChunk): Promise<Buffer> {
    return readFile(chunk.path);
  }

  /** Forgets a chunk that arrived. */
  async sent(chunk: SpooledChunk): Promise<void> {
    await rm(chunk.path, { force: true });
  }

  /** Forgets the chunks of one action. */
  async discardAction(uid: string, actionID: string): Promise<void> {
    for (const chunk of await this.pending(uid)) if (chunk.actionID === actionID) await this.sent(chunk);
  }

  /** Forgets everything of a task. */
  async discard(uid: string): Promise<void> {
    await rm(this.#folderOf(uid), { recursive: true, force: true });
  }

  /** Forgets tasks that the journal does not know: leftovers of a crash between the two. */
  async sweep(knownUIDs: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) if (!knownUIDs.has(name)) await this.discard(name);
  }

  /** Task ids are ours to trust only as far as their characters. */
  #folderOf(uid: string): string {
    return join(this.#folder, uid.replaceAll(/[^A-Za-z0-9-]/g, '_'));
  }
}
