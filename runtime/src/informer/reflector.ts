import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import { isKubeError } from '../client/kube-api-error.ts';
import type { ObjectQuery, ResourceClient, WatchEvent, WatchQuery } from '../client/resource-client.ts';
import { objectKey, type KubeObject } from '../objects.ts';
import type { Contact } from './contact.ts';
import type { InformerMetrics } from './informer-metrics.ts';
import { PagedList, type WholeList } from './paged-list.ts';
import { Position } from './position.ts';
import { recoveryFrom } from './recovery.ts';
import { RestartDelay } from './restart-delay.ts';

/** Where the reflector puts what it sees. */
export interface ReflectorSink<T> {
  /** The object as it will be kept; called once for each, in the order of arrival. */
  prepare(raw: T): T;
  /** Everything there is; what is missing from it is gone. */
  replace(objects: T[]): void;
  upsert(object: T): void;
  remove(object: T): void;
  /** Nothing up to that version will come again. */
  settle(version: string): void;
}

/** What a {@link Reflector} needs. */
export interface ReflectorDeps<T extends KubeObject> {
  client: ResourceClient<T>;
  query: ObjectQuery;
  sink: ReflectorSink<T>;
  clock: Clock;
  log: Logger;
  metrics: InformerMetrics;
  contact: Contact;
  /** Numbers in [0, 1). */
  random: () => number;
}

/** The server closes each watch after 5 to 10 minutes, spread so that they do not all return at once. */
const MIN_WATCH_SECONDS = 300;
/** Bookmarks come every minute; a connection that stays silent for longer has died without a word. */
const IDLE_TIMEOUT_MS = 90_000;
/** A watch that closes sooner than this and brought nothing made no progress. */
const SHORT_WATCH_MS = 1_000;

/**
 * Keeps a sink equal to what the API server has, for ever.
 *
 *     watch with initial events ──(not served)──► list by pages, then watch
 *       │                                           ▲
 *       ├──(closed in order)──► watch from the last bookmark …
 *       ├──(cut, 429, 503)────► wait ──► watch from the last bookmark
 *       └──(410, silent from its beginning, any other error, the third failure in a row)──► from the top
 */
export class Reflector<T extends KubeObject> {
  readonly #deps: ReflectorDeps<T>;
  readonly #delay: RestartDelay;
  readonly #position = new Position();
  readonly #pages: PagedList<T>;
  /** How whole lists are asked for; once pages proved to be needed, they are. */
  #listing: 'Streamed' | 'Paged' = 'Streamed';
  /** Objects that a watch begins with, until their end is marked. */
  #initial: Map<string, T> | undefined;
  /** Events of the running watch. */
  #events = 0;

  constructor(deps: ReflectorDeps<T>) {
    this.#deps = deps;
    this.#delay = new RestartDelay(deps.random);
    const { client, query, sink, contact } = deps;
    const prepare = (raw: T): T => sink.prepare(raw);
    this.#pages = new PagedList({ client, query, prepare, onPage: () => contact.heard() });
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#deps.contact.begin();
    while (!signal.aborted) {
      try {
        if (this.#position.resumeFrom === undefined && this.#listing === 'Paged') await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const startMs = this.#deps.clock.monotonicMs();
    this.#replace(await this.#pages.read(signal), startMs);
  }

  #replace({ objects, resourceVersion }: WholeList<T>, startMs: number): void {
    const { sink, metrics, clock } = this.#deps;
    if (!this.#position.accepts(resourceVersion)) {
      throw new CodedError({
        code: 'StaleList',
        message: `A list of version ${resourceVersion} is older than the store`,
      });
    }
    sink.replace(objects);
    metrics.listed({ durationSeconds: (clock.monotonicMs() - startMs) / 1000, items: objects.length });
    this.#reached(resourceVersion);
  }

  #reached(resourceVersion: string): void {
    this.#position.reached(resourceVersion);
    this.#deps.sink.settle(resourceVersion);
    this.#deps.metrics.reached(resourceVersion);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, clock, metrics } = this.#deps;
    const startMs = clock.monotonicMs();
    this.#initial = this.#position.resumeFrom === undefined ? new Map() : undefined;
    this.#events = 0;
    metrics.watchOpened();
    try {
      for await (const event of client.watch(this.#query(), { signal, idleTimeoutMs: IDLE_TIMEOUT_MS })) {
        this.#events += 1;
        this.#deps.contact.heard();
        this.#take(event, startMs);
        if (!this.#initial) this.#delay.reset();
      }
    } finally {
      const durationMs = clock.monotonicMs() - startMs;
      const isShort = this.#events === 0 && durationMs < SHORT_WATCH_MS;
      metrics.watched({ durationSeconds: durationMs / 1000, events: this.#events, isShort });
    }
    if (signal.aborted) return;
    await this.#closed(clock.monotonicMs() - startMs, signal);
  }

  #query(): WatchQuery {
    const { query, random } = this.#deps;
    const timeoutSeconds = Math.round(MIN_WATCH_SECONDS * (1 + random()));
    const resourceVersion = this.#position.resumeFrom;
    const start =
      resourceVersion === undefined
        ? ({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } as const)
        : { resourceVersion };
    return { ...query, ...start, timeoutSeconds, allowWatchBookmarks: true };
  }

  #take(event: WatchEvent<T>, startMs: number): void {
    const { sink } = this.#deps;
    if (event.type === 'BOOKMARK') {
      if (!this.#initial) return this.#reached(event.resourceVersion);
      if (!event.isInitialEventsEnd) return;
      const objects = [...this.#initial.values()];
      this.#initial = undefined;
      this.#replace({ objects, resourceVersion: event.resourceVersion }, startMs);
      return;
    }
    const object = sink.prepare(event.object);
    if (this.#initial) {
      if (event.type === 'DELETED') this.#initial.delete(objectKey(object));
      else this.#initial.set(objectKey(object), object);
      return;
    }
    this.#position.saw(object.metadata.resourceVersion);
    if (event.type === 'DELETED') sink.remove(object);
    else sink.upsert(object);
  }

  /** The server closed a watch in good order; one that did so at once and without news must not become a storm. */
  async #closed(durationMs: number, signal: AbortSignal): Promise<void> {
    if (this.#initial) this.#listing = 'Paged';
    if (this.#events > 0 || durationMs >= SHORT_WATCH_MS) this.#delay.reset();
    else await this.#pause(this.#delay.next(), signal);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { log, metrics, contact } = this.#deps;
    const { step, waits, isNotServed } = recoveryFrom(error, {
      failures: this.#delay.failures,
      isStreaming: this.#initial !== undefined,
      events: this.#events,
    });
    if (step !== 'Resume') this.#position.lose();
    if (step === 'ListByPages') this.#listing = 'Paged';
    this.#initial = undefined;
    if (isNotServed) return;
    contact.failed(error);
    metrics.failed();
    const retryAfterMs = isKubeError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const delayMs = Math.max(this.#delay.next(), retryAfterMs);
    if (!waits) {
      log.debug({ err: error }, 'Listing anew');
      return;
    }
    log.warn({ err: error, delayMs: Math.round(delayMs) }, 'Lost the watch');
    await this.#pause(delayMs, signal);
  }

  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.clock.sleep(delayMs, { signal });
    } catch {
      // Only the signal ends a sleep early, and run() looks at it next.
    }
  }
}
