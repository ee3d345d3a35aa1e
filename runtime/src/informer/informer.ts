import type { Clock, Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { ObjectQuery, ResourceClient } from '../client/resource-client.ts';
import type { KubeObject } from '../objects.ts';

/** A change of the store. A recreated object (same name, other uid) is a `Deleted` and then an `Added`. */
export interface ChangeEvent<T> {
  type: 'Added' | 'Updated' | 'Deleted';
  /** The new state, or the last known one of a deleted object; frozen. */
  object: T;
  /** The state before an update. */
  previous?: T;
}

/** Reacts to a change; it should only enqueue a key. What it throws is logged and harms nobody else. */
export type ChangeHandler<T> = (event: ChangeEvent<T>) => void;

/**
 * Reads what an informer last heard: at once, without a request, and perhaps a moment old.
 *
 * It takes keys as of `objectKey` and gives frozen objects or `undefined`, where a `LiveReader` takes references and
 * gives promises: code that needs the present state cannot be handed this one by mistake.
 */
export interface CachedReader<T> {
  get(key: string): T | undefined;
  list(): T[];
  /** Objects for which the index function gave that value. @throws RangeError when there is no such index. */
  byIndex(index: string, value: string): T[];
}

/** Whether a local copy can be trusted to be current. */
export interface InformerHealth {
  /** False when the API server has been silent, or has refused, for so long that the copy may be old. */
  isHealthy: boolean;
  /** When the API server last said something of these objects: a page, an event, a bookmark. */
  lastContactTime?: Date | undefined;
  /** Why it is not healthy, for a person. */
  message?: string | undefined;
}

/** Where keys come from: something that has a first state and then tells of changes. */
export interface ChangeSource<T> {
  readonly name: string;
  /** Resolves when the first state is complete; rejects when the signal aborts. */
  waitForSync(call: { signal: AbortSignal }): Promise<void>;
  /** Adds a handler; it first receives `Added` for what is already there. Returns its removal. */
  onChange(handler: ChangeHandler<T>): () => void;
}

/** A local copy of one query's objects, kept current by list and watch, for any number of readers. */
export interface Informer<T extends KubeObject> extends ChangeSource<T> {
  readonly store: CachedReader<T>;
  /**
   * Runs until the signal aborts, and then resolves; it survives every failure of the API server.
   *
   * Each user may start it. It is there once, from the first start until the last signal aborts.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Whether the store has been filled by one whole list. */
  hasSynced(): boolean;
  /** Applies `transform` anew to stored objects, because what it goes by has changed; handlers hear nothing of it. */
  retransform(keys: Iterable<string>): void;
  /** Turns red when the API server has said nothing for four minutes. */
  health(): InformerHealth;
}

/** The values under which an object is found; an object for which the function throws has none. */
export type IndexFunctions<T> = Record<string, (object: T) => string[]>;

/** How an informer sees its objects. */
export interface InformerView<T extends KubeObject> {
  /** Name in logs, metrics and health; informers of one process need different ones. */
  name?: string | undefined;
  query?: ObjectQuery | undefined;
  indexes?: IndexFunctions<T> | undefined;
  /**
   * Leaves out what nobody reads before an object is stored; managedFields always go.
   *
   * It gives its argument or a copy of it, with the same name, namespace, uid and resourceVersion. An object it throws
   * for is kept whole.
   */
  transform?: ((object: T) => T) | undefined;
}

/** What `createInformer` needs. */
export interface InformerOptions<T extends KubeObject> extends InformerView<T> {
  client: ResourceClient<T>;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
}
