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

/** A read-only view of the objects an informer knows; keys as of `objectKey`, objects frozen. */
export interface Store<T> {
  get(key: string): T | undefined;
  list(): T[];
  /** Objects for which the index function gave that value. @throws RangeError when there is no such index. */
  byIndex(index: string, value: string): T[];
}

/** A local copy of one query's objects, kept current by list and watch. */
export interface Informer<T extends KubeObject> {
  readonly name: string;
  readonly store: Store<T>;
  /** Runs until the signal aborts, and then resolves; it survives every failure of the API server. */
  start(signal: AbortSignal): Promise<void>;
  /** Whether the store has been filled by one whole list. */
  hasSynced(): boolean;
  /** Resolves when {@link hasSynced} turns true; rejects when the signal aborts. */
  waitForSync(call: { signal: AbortSignal }): Promise<void>;
  /** Adds a handler; it first receives `Added` for what the store already holds. Returns its removal. */
  onChange(handler: ChangeHandler<T>): () => void;
}

/** What {@link createInformer} needs. */
export interface InformerOptions<T extends KubeObject> {
  client: ResourceClient<T>;
  /** Name in logs, metrics and health; informers of one process need different ones. Default: `informer`. */
  name?: string | undefined;
  query?: ObjectQuery | undefined;
  indexes?: Record<string, (object: T) => string[]> | undefined;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
}
