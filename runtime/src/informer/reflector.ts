import type { Clock, Logger } from '@nannyapi/process';
import { isKubeError } from '../client/kube-api-error.ts';
import type { ListPage, ObjectQuery, ResourceClient } from '../client/resource-client.ts';
import type { KubeObject } from '../objects.ts';
import type { InformerMetrics } from './informer-metrics.ts';
import { RestartDelay } from './restart-delay.ts';

/** Where the reflector puts what it sees. */
export interface ReflectorSink<T> {
  /** Everything there is; what is missing from it is gone. */
  replace(objects: T[]): void;
  upsert(object: T): void;
  remove(object: T): void;
}

/** What a {@link Reflector} needs. */
export interface ReflectorDeps<T extends KubeObject> {
  client: ResourceClient<T>;
  query: ObjectQuery;
  sink: ReflectorSink<T>;
  clock: Clock;
  log: Logger;
  metrics: InformerMetrics;
  /** Numbers in [0, 1). */
  random: () => number;
}

const PAGE_SIZE = 500;
const LIST_DEADLINE_MS = 60_000;
/** The server closes each watch after 5 to 10 minutes, spread so that they do not all return at once. */
const MIN_WATCH_SECONDS = 300;
/** Bookmarks come every minute; a connection that stays silent for longer has died without a word. */
const IDLE_TIMEOUT_MS = 90_000;
/** A watch that closes sooner than this and brought nothing made no progress. */
const SHORT_WATCH_MS = 1_000;
/** So many watches may fail in a row before the reflector doubts its resourceVersion. */
const MAX_WATCH_FAILURES = 3;
/** After these the watch goes on from where it was; after any other error only a list tells the truth. */
const RESUMABLE = ['ConnectionFailed', 'TooManyRequests', 'ServiceUnavailable', 'Timeout'];

/**
 * Keeps a sink equal to what the API server has: list, then watch, for ever.
 *
 *     list ──► watch ──(closed in order)──► watch …
 *       ▲        │
 *       │        ├──(cut, 429, 503)──► wait ──► watch from the last version seen
 *       └────────┴──(410 or any other error, or the third failure in a row)
 */
export class Reflector<T extends KubeObject> {
  readonly #deps: ReflectorDeps<T>;
  readonly #delay: RestartDelay;
  /** Where the next watch starts; `undefined` asks for a list first. */
  #version: string | undefined;
  /** A paged list whose token expired is asked for whole, since its pages may expire again. */
  #isPaging = true;

  constructor(deps: ReflectorDeps<T>) {
    this.#deps = deps;
    this.#delay = new RestartDelay(deps.random);
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, query, sink, metrics } = this.#deps;
    const objects: T[] = [];
    let page: ListPage<T> | undefined;
    do {
      const limit = this.#isPaging ? PAGE_SIZE : undefined;
      page = await client.list({ ...query, limit, continue: page?.continue }, { signal, deadlineMs: LIST_DEADLINE_MS });
      objects.push(...page.items);
    } while (page.continue);
    this.#isPaging = true;
    sink.replace(objects);
    metrics.listed();
    return page.resourceVersion;
  }

  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const { client, query, clock, random, metrics } = this.#deps;
    const timeoutSeconds = Math.round(MIN_WATCH_SECONDS * (1 + random()));
    const startMs = clock.monotonicMs();
    let hasProgress = false;
    metrics.watched();
    const events = client.watch(
      { ...query, resourceVersion: version, timeoutSeconds, allowWatchBookmarks: true },
      { signal, idleTimeoutMs: IDLE_TIMEOUT_MS },
    );
    for await (const event of events) {
      this.#version = event.type === 'BOOKMARK' ? event.resourceVersion : this.#take(event.type, event.object);
      hasProgress = true;
      this.#delay.reset();
    }
    if (signal.aborted) return;
    if (hasProgress || clock.monotonicMs() - startMs >= SHORT_WATCH_MS) this.#delay.reset();
    else await this.#pause(this.#delay.next(), signal);
  }

  #take(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): string | undefined {
    if (type === 'DELETED') this.#deps.sink.remove(object);
    else this.#deps.sink.upsert(object);
    return object.metadata.resourceVersion;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const isExpired = isKubeError(error, 'Expired', 'Gone');
    if (isExpired && this.#version === undefined) this.#isPaging = false;
    const isResumable = isKubeError(error, ...RESUMABLE) && this.#delay.failures < MAX_WATCH_FAILURES;
    if (!isResumable) this.#version = undefined;
    const isFirst = this.#delay.failures === 0;
    const delayMs = this.#delay.next();
    this.#deps.metrics.failed();
    if (isExpired && isFirst) {
      // Expected after a long silence; waiting would only lengthen the time without news.
      this.#deps.log.debug({ err: error }, 'Listing anew');
      return;
    }
    this.#deps.log.warn({ err: error, delayMs: Math.round(delayMs) }, 'Lost the watch');
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
