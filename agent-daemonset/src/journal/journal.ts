import { randomUUID } from 'node:crypto';
import { open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskResult } from '@nannyapi/protocol';
import { CodedError, writeFileAtomic, type Clock, makeFolder } from '@nannyapi/process';
import { DiskReserve, isOutOfSpace } from './disk-reserve.ts';
import { applyEntry, entriesOf, type JournalEntry, type JournalledTask, type OpenTask } from './entries.ts';

/** The journal is written anew when it is larger than this, in bytes, and mostly history. */
const COMPACT_BYTES = 1024 * 1024;

interface JournalState {
  id: string;
  open: Map<string, OpenTask>;
  reserve: DiskReserve;
  file: FileHandle;
}

type ActionResult = TaskResult['results'][number];

/**
 * The agent's memory across crashes: an append-only file of JSON lines.
 *
 * What must never be forgotten (a start, a result) is synced to disk before the call returns; the rest reaches the
 * disk with the next sync. A torn last line, left by a crash, is dropped: nothing was promised on it.
 */
export class Journal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #open: Map<string, OpenTask>;
  readonly #reserve: DiskReserve;
  /** Identity of this file: the control plane sees by it that an agent lost its memory. */
  readonly id: string;
  #file: FileHandle;
  #sizeBytes: number;
  /** Writes go one after the other, so that lines never mix. */
  #tail: Promise<void> = Promise.resolve();

  private constructor(path: string, clock: Clock, state: JournalState) {
    this.#path = path;
    this.#clock = clock;
    this.#reserve = state.reserve;
    this.id = state.id;
    this.#open = state.open;
    this.#file = state.file;
    this.#sizeBytes = 0;
  }

  /**
   * Opens the journal of a state folder, or begins one with a random id.
   *
   * Every open starts on a compacted file, so that what a crash tore is gone and the file stays small; on a full disk
   * it goes on with the old file, cut at its last whole line.
   *
   * @throws CodedError `JournalUnreadable` when a line before the last is no entry: somebody else wrote there, and
   *   going on could run something twice.
   */
  static async open(stateDir: string, clock: Clock): Promise<Journal> {
    await makeFolder(stateDir);
    const path = join(stateDir, 'journal.jsonl');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const entries = parseJournal(text, path);
    const [first] = entries;
    const id = first?.entry === 'Journal' ? first.journalID : randomUUID();
    const openTasks = new Map<string, OpenTask>();
    for (const entry of entries) applyEntry(openTasks, entry);
    try {
      await writeCompacted(path, { id, open: openTasks, time: clock.now().toISOString() });
    } catch (error) {
      if (!isOutOfSpace(error) || first === undefined) throw error;
      await truncate(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    }
    const reserve = await DiskReserve.open(stateDir);
    return new Journal(path, clock, { id, open: openTasks, reserve, file: await open(path, 'a', 0o600) });
  }

  /** Tasks that are not done with. */
  openTasks(): OpenTask[] {
    return [...this.#open.values()];
  }

  /** What is known of a task; `undefined` when it never came, or is done with. */
  find(uid: string): OpenTask | undefined {
    return this.#open.get(uid);
  }

  /** Notes that the task is about to be claimed. */
  async claiming(task: JournalledTask): Promise<void> {
    await this.#append({ entry: 'Claiming', task, time: this.#time() });
  }

  /** Notes the start; on disk when this resolves. From here on the task is never started again. */
  async started(uid: string): Promise<void> {
    await this.#append({ entry: 'Started', uid, time: this.#time() }, { sync: true });
  }

  /** Notes what is running, and where to find it should this agent die. */
  async actionStarted(
    uid: string,
    action: { actionID: string; source: string; pid?: number; startTicks?: number },
  ): Promise<void> {
    await this.#append({ entry: 'ActionStarted', uid, ...action, time: this.#time() });
  }

  /** Notes what an action brought, so that it is not lost with the agent. */
  async actionEnded(uid: string, result: ActionResult): Promise<void> {
    await this.#append({ entry: 'ActionEnded', uid, result, time: this.#time() });
  }

  /** Keeps the result until it is acknowledged; on disk when this resolves. */
  async ended(uid: string, result: TaskResult): Promise<void> {
    await this.#append({ entry: 'Ended', uid, result, time: this.#time() }, { sync: true });
  }

  /** Forgets a task: the control plane has its result, or wants none. */
  async acknowledged(uid: string): Promise<void> {
    await this.#append({ entry: 'Acknowledged', uid, time: this.#time() });
    // A journal that cannot be written anew is still a journal.
    if (this.#sizeBytes > COMPACT_BYTES) await this.#compact().catch(() => undefined);
  }

  /** Waits for pending writes and closes the file. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#file.close();
  }

  #time(): string {
    return this.#clock.now().toISOString();
  }

  async #append(entry: JournalEntry, options: { sync?: boolean } = {}): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    await this.#exclusively(async () => {
      await this.#reserve.writeWith(async () => this.#file.appendFile(line));
      if (options.sync) await this.#file.datasync();
      this.#sizeBytes += Buffer.byteLength(line);
      // Known only once it is written: a failed write must not look like a promise.
      applyEntry(this.#open, entry);
    });
  }

  async #compact(): Promise<void> {
    await this.#exclusively(async () => {
      await writeCompacted(this.#path, { id: this.id, open: this.#open, time: this.#time() });
      const old = this.#file;
      this.#file = await open(this.#path, 'a', 0o600);
      this.#sizeBytes = 0;
      await old.close();
    });
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    const mine = this.#tail.then(work);
    // The next writer must not fail for this one's error; this one's caller gets it.
    this.#tail = mine.catch(() => undefined);
    await mine;
  }
}

/** Entries of a journal; a last line without its newline was torn by a crash and is left out. */
export function parseJournal(text: string, path: string): JournalEntry[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, index) => {
    const entry = parseEntry(line);
    const isFirst = index === 0;
    if (entry && isFirst === (entry.entry === 'Journal')) return entry;
    throw new CodedError({
      code: 'JournalUnreadable',
      message: `${path} line ${index + 1} is no journal entry. Move the file away only if no task of this agent is open: its tasks then end as Unknown.`,
    });
  });
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'entry' in value ? (value as JournalEntry) : undefined;
  } catch {
    // The caller names file and line.
    return undefined;
  }
}

async function writeCompacted(
  path: string,
  state: { id: string; open: ReadonlyMap<string, OpenTask>; time: string },
): Promise<void> {
  const entries: JournalEntry[] = [
    { entry: 'Journal', version: 1, journalID: state.id, time: state.time },
    ...[...state.open.values()].flatMap((task) => entriesOf(task, state.time)),
  ];
  await writeFileAtomic(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
