import type { ServerResponse } from 'node:http';
import { CodedError } from '@nannyapi/process';
import type { Clock } from '@nannyapi/process';
import type { ObjectStore } from '../store/object-store.ts';
import type { Change, StoredObject } from '../store/stored-object.ts';
import { expired } from '../status/status-error.ts';
import type { Selection } from '../request/selection.ts';
import { writeSharedLine } from './shared-line.ts';
import { watchEvent } from './watch-event.ts';
import type { FrameWriter } from './watch-frame.ts';
import type { Watcher, WatchHub } from './watch-hub.ts';

/** A watch with more than this waiting in its socket is no longer pushed to; it reads on from the history later. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Changes read from the history at a time. */
const CATCH_UP_PAGE = 50;
/** Time between bookmarks, ms, as in kube-apiserver. */
const BOOKMARK_EVERY_MS = 60_000;

/** What every watch is answered with. */
export const WATCH_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' } as const;

/** What a watch is made of. */
export interface WatchOptions {
  store: ObjectStore;
  hub: WatchHub;
  clock: Clock;
  response: ServerResponse;
  frames: FrameWriter;
  /** Storage resource. */
  resource: string;
  selection: Selection;
  timeoutMs: number;
  wantsBookmarks: boolean;
  /** Objects to begin with, as ADDED. */
  initial: readonly StoredObject[];
  /** True when a bookmark ends the initial objects. */
  wantsInitialEnd: boolean;
  /** Changes after this revision are told. */
  fromRevision: number;
}

/**
 * One watch. It is a cursor into the history, and no queue:
 *
 * ```
 *            ┌── history page, socket free ──┐
 *            ▼                               │
 *  start ─▶ catching up ──(cursor = now)──▶ live ──(socket full)──▶ waiting ──(drain)──▶ catching up
 * ```
 * A client that is slow costs a socket buffer, never memory without bound; one that falls out of the window gets
 * 410 Expired and lists again.
 */
export class WatchStream implements Watcher {
  readonly #options: WatchOptions;
  #cursor: number;
  #state: 'CatchingUp' | 'Live' | 'Waiting' | 'Ended' = 'CatchingUp';
  #isInitialDone = false;
  #leave: () => void = () => undefined;
  #bookmarkTimer: { cancel(): void } | undefined;
  #timeoutTimer: { cancel(): void } | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#cursor = options.fromRevision;
  }

  /** Sends the headers and begins. */
  start(): void {
    const { response, clock, hub, resource, timeoutMs } = this.#options;
    response.writeHead(200, WATCH_HEADERS);
    response.flushHeaders();
    response.on('close', () => this.#end());
    response.on('drain', () => this.#onDrain());
    this.#timeoutTimer = clock.setTimer(timeoutMs, () => this.#finish());
    this.#scheduleBookmark();
    this.#leave = hub.add(resource, this);
    this.#sendInitial(this.#options.initial[Symbol.iterator]());
  }

  onChange(change: Change): void {
    if (this.#state !== 'Live') return;
    this.#attempt(() => this.#tell(change));
    if (this.#isEnded()) return;
    if (this.#options.response.writableLength > MAX_BUFFERED_BYTES) this.#wait();
  }

  onShutdown(): void {
    this.#finish();
  }

  /** What the store cannot give (a damaged file, an object compacted while a slow client read) ends this watch alone. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#fail(error);
    }
  }

  #isEnded(): boolean {
    return this.#state === 'Ended';
  }

  #sendInitial(objects: Iterator<StoredObject>): void {
    this.#attempt(() => this.#sendObjects(objects));
  }

  /** Objects first, in bites that respect the socket; what changes meanwhile is in the history. */
  #sendObjects(objects: Iterator<StoredObject>): void {
    const { store, frames, response } = this.#options;
    for (let next = objects.next(); !next.done; next = objects.next()) {
      if (this.#state === 'Ended') return;
      const isFree = response.write(frames.ofEvent({ type: 'ADDED', text: store.text(next.value) }));
      if (isFree) continue;
      response.once('drain', () => this.#sendInitial(objects));
      this.#state = 'CatchingUp';
      return;
    }
    if (this.#state === 'Ended') return;
    if (this.#options.wantsInitialEnd) response.write(frames.ofBookmark(this.#cursor, true));
    this.#isInitialDone = true;
    this.#catchUp();
  }

  /** The response tells of a drain only after a write of its own; shared lines go past it. */
  #wait(): void {
    this.#state = 'Waiting';
    this.#options.response.socket?.once('drain', () => this.#onDrain());
  }

  #onDrain(): void {
    if (!this.#isInitialDone || this.#state !== 'Waiting') return;
    this.#state = 'CatchingUp';
    this.#catchUp();
  }

  #catchUp(): void {
    this.#attempt(() => this.#replay());
  }

  #replay(): void {
    if (this.#state !== 'CatchingUp') return;
    const { store, resource, response } = this.#options;
    if (this.#cursor < store.compactedRevision) {
      this.#fail(expired(`too old resource version: ${this.#cursor} (${store.compactedRevision})`));
      return;
    }
    const changes = store.changesAfter(resource, this.#cursor, CATCH_UP_PAGE);
    for (const change of changes) {
      this.#tell(change);
      if (response.writableLength <= MAX_BUFFERED_BYTES) continue;
      this.#wait();
      return;
    }
    if (changes.length < CATCH_UP_PAGE) {
      this.#cursor = store.revision;
      this.#state = 'Live';
    } else if (response.writableNeedDrain || response.socket?.writableNeedDrain === true) {
      this.#wait();
    } else {
      // Another turn for the next page: a long replay must not hold up everybody else.
      setImmediate(() => this.#catchUp());
    }
  }

  #tell(change: Change): void {
    if (change.object.revision <= this.#cursor) return;
    this.#cursor = change.object.revision;
    const { store, selection, frames, response } = this.#options;
    const event = watchEvent(store, change, selection);
    if (event === undefined) return;
    const line = frames.ofChange(change, event);
    if (typeof line === 'string') response.write(line);
    else writeSharedLine(response, line);
  }

  #scheduleBookmark(): void {
    if (!this.#options.wantsBookmarks) return;
    this.#bookmarkTimer = this.#options.clock.setTimer(BOOKMARK_EVERY_MS, () => {
      this.#bookmark();
      this.#scheduleBookmark();
    });
  }

  #bookmark(): void {
    const { store, frames, response, wantsBookmarks } = this.#options;
    if (!wantsBookmarks || this.#state !== 'Live') return;
    // A live watch has been told everything up to now, also when the newest revisions were of other resources.
    this.#cursor = store.revision;
    response.write(frames.ofBookmark(this.#cursor, false));
  }

  #fail(error: unknown): void {
    this.#options.response.write(this.#options.frames.ofError(error));
    this.#options.response.end();
    this.#end();
  }

  #finish(): void {
    if (this.#state === 'Ended') return;
    this.#bookmark();
    this.#options.response.end();
    this.#end();
  }

  #end(): void {
    this.#state = 'Ended';
    this.#leave();
    this.#bookmarkTimer?.cancel();
    this.#timeoutTimer?.cancel();
  }
}
