import type { Timer } from '@nannyapi/process';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { ApiObject } from '../schema/index.ts';
import { shelfKey } from '../store/stored-object.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { BackgroundWork } from './background-work.ts';

const EVENTS = 'events';

/** Events live this long after their last write, ms: kube-apiserver's default `--event-ttl`. */
export const EVENT_LIFETIME_MS = 60 * 60 * 1000;

/** Deleted together, in one transaction of the store; requests get their turn between two batches. */
const BATCH = 100;

interface Written {
  at: { namespace: string; name: string };
  revision: number;
  /** By the server's clock, ms since the epoch. */
  timeMs: number;
}

/**
 * Deletes events an hour after their last write: they are news, and without an end they would fill the disk.
 *
 * All events live equally long, so the order of their last writes is the order in which they end: one timer, for the
 * first of them, is enough.
 */
export class EventLifetime {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  /** The oldest write first. */
  readonly #written = new Map<string, Written>();
  #timer: Timer | undefined;
  #stop: () => void = () => undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: 'event-lifetime', log: context.log, clock: context.clock });
  }

  /** Takes up the stored events, whose hour went on while the server was down. */
  start(): void {
    const { store } = this.#context;
    const stored = [...store.list(EVENTS)].map((event) => writtenAt(event, lastWriteMs(store.parse(event))));
    for (const event of stored.toSorted((a, b) => a.timeMs - b.timeMs)) this.#written.set(shelfKey(event.at), event);
    this.#stop = store.onChange((change) => this.#onChange(change));
    this.#arm();
  }

  async close(): Promise<void> {
    this.#stop();
    this.#timer?.cancel();
    await this.#work.close();
  }

  #onChange({ type, object }: Change): void {
    if (object.resource !== EVENTS) return;
    const key = shelfKey(object);
    // Deleted first, so that a repeated event goes to the end of the line.
    this.#written.delete(key);
    if (type !== 'DELETED') this.#written.set(key, writtenAt(object, this.#context.clock.now().getTime()));
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    const [first] = this.#written.values();
    if (first === undefined) return;
    const delayMs = Math.max(0, first.timeMs + EVENT_LIFETIME_MS - this.#context.clock.now().getTime());
    this.#timer = this.#context.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#work.run(EVENTS, async () => await this.#pass());
    });
  }

  async #pass(): Promise<void> {
    const nowMs = this.#context.clock.now().getTime();
    for (let batch = this.#endedBy(nowMs); batch.length > 0; batch = this.#endedBy(nowMs)) {
      await Promise.all(batch.map(async (event) => await this.#remove(event)));
    }
    this.#arm();
  }

  #endedBy(nowMs: number): Written[] {
    const ended: Written[] = [];
    for (const event of this.#written.values()) {
      if (event.timeMs + EVENT_LIFETIME_MS > nowMs || ended.length === BATCH) break;
      ended.push(event);
    }
    return ended;
  }

  async #remove(event: Written): Promise<void> {
    const { kinds, writer } = this.#context;
    const kind = kinds.findStored(EVENTS);
    if (kind === undefined) throw new Error('the kind Event is built in');
    // One that is written again at this moment lives on.
    const preconditions = { resourceVersion: String(event.revision) };
    await ignoreOvertaken(writer.delete(kind, event.at, { isDryRun: false, preconditions }));
    const key = shelfKey(event.at);
    // Held by a finalizer, or overtaken: either comes back as a change.
    if (this.#written.get(key) === event) this.#written.delete(key);
  }
}

function writtenAt({ namespace, name, revision }: StoredObject, timeMs: number): Written {
  return { at: { namespace, name }, revision, timeMs };
}

/**
 * When an event was last written, by the times that the server itself put into it.
 *
 * What a client says (`lastTimestamp`) does not count: a clock that runs ahead would make its events last.
 */
export function lastWriteMs({ metadata }: ApiObject): number {
  const times = [metadata.creationTimestamp, ...(metadata.managedFields ?? []).map((entry) => entry.time)];
  return Math.max(0, ...times.map((time) => Date.parse(time ?? '')).filter((ms) => !Number.isNaN(ms)));
}
