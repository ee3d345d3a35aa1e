import { abortable, type Logger } from '@nannyapi/process';
import { objectKey, type KubeObject } from '../objects.ts';
import { atRest } from './at-rest.ts';
import { Contact } from './contact.ts';
import { IndexedStore } from './indexed-store.ts';
import { createInformerMetrics, type InformerMetrics } from './informer-metrics.ts';
import type {
  CachedReader,
  ChangeEvent,
  ChangeHandler,
  IndexFunctions,
  Informer,
  InformerHealth,
  InformerOptions,
} from './informer.ts';
import { Reflector, type ReflectorSink } from './reflector.ts';
import { SharedRun } from './shared-run.ts';
import { StringPool } from './string-pool.ts';
import { VersionGuard } from './version-guard.ts';

/** Makes an informer; it does nothing before it is started. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new StoreInformer(options);
}

/** {@link Informer} whose store a reflector fills. */
export class StoreInformer<T extends KubeObject> implements Informer<T>, ReflectorSink<T> {
  readonly name: string;
  readonly #store: IndexedStore<T>;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #log: Logger;
  readonly #metrics: InformerMetrics;
  readonly #contact: Contact;
  readonly #transform: ((object: T) => T) | undefined;
  readonly #strings = new StringPool();
  readonly #guard = new VersionGuard();
  readonly #run: SharedRun;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(options: InformerOptions<T>) {
    const { client, clock, query = {}, indexes = {}, transform } = options;
    this.name = options.name ?? 'informer';
    const log = options.log.child({ informer: this.name });
    this.#log = log;
    this.#transform = transform;
    this.#metrics = createInformerMetrics(this.name, options.registry);
    this.#contact = new Contact(clock);
    this.#store = new IndexedStore(indexes, (index, error) => {
      log.error({ index, err: error }, 'Could not index an object');
    });
    const parts = { sink: this, clock, log, metrics: this.#metrics, contact: this.#contact, random: Math.random };
    const reflector = new Reflector({ client, query, ...parts });
    this.#run = new SharedRun((signal) => reflector.run(signal));
  }

  get store(): CachedReader<T> {
    return this.#store;
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#run.join(signal);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  waitForSync(call: { signal: AbortSignal }): Promise<void> {
    return abortable(this.#synced.promise, call.signal);
  }

  health(): InformerHealth {
    return this.#contact.health();
  }

  retransform(keys: Iterable<string>): void {
    for (const key of keys) {
      const object = this.#store.get(key);
      if (object) this.#store.set(key, this.prepare(object));
    }
  }

  /** Adds indexes for one more user. @throws TypeError when another function has that name. */
  addIndexes(indexes: IndexFunctions<T>): void {
    this.#store.addIndexes(indexes);
  }

  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#store.list()) this.#tell(handler, { type: 'Added', object });
    return () => this.#handlers.delete(handler);
  }

  prepare(raw: T): T {
    return atRest(this.#slim(raw), this.#strings);
  }

  replace(objects: T[]): void {
    const gone = new Set(this.#store.keys());
    for (const object of objects) {
      const key = objectKey(object);
      gone.delete(key);
      this.#put(key, object);
    }
    for (const key of gone) this.#drop(key);
    this.#hasSynced = true;
    this.#synced.resolve();
    this.#metrics.objects(this.#store.size);
  }

  upsert(object: T): void {
    const key = objectKey(object);
    if (this.#guard.isOld(key, object, this.#store.get(key))) return;
    this.#put(key, object);
    this.#metrics.objects(this.#store.size);
  }

  remove(object: T): void {
    const key = objectKey(object);
    const known = this.#store.get(key);
    if (known && this.#guard.isOldDeletion(object, known)) return;
    this.#guard.deleted(key, object);
    this.#drop(key, object);
    this.#metrics.objects(this.#store.size);
  }

  settle(version: string): void {
    this.#guard.settle(version);
  }

  #put(key: string, object: T): void {
    const known = this.#store.get(key);
    const isSame = known?.metadata.uid === object.metadata.uid;
    if (known && isSame && known.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Recreated under the same name while nobody looked: what was known of the old one must go.
    if (known && !isSame) this.#drop(key);
    this.#guard.alive(key);
    this.#store.set(key, object);
    this.#emit(known && isSame ? { type: 'Updated', object, previous: known } : { type: 'Added', object });
  }

  /** @param last the state in which the object went, when the server told it. */
  #drop(key: string, last?: T): void {
    const known = this.#store.get(key);
    if (!known) return;
    this.#store.delete(key);
    this.#emit({ type: 'Deleted', object: last ?? known });
  }

  #slim(raw: T): T {
    if (!this.#transform) return raw;
    try {
      return this.#transform(raw);
    } catch (error) {
      // Better too much of one object in memory than a store without it.
      this.#log.error({ err: error, key: objectKey(raw) }, 'Could not transform an object');
      return raw;
    }
  }

  #emit(event: ChangeEvent<T>): void {
    for (const handler of this.#handlers) this.#tell(handler, event);
  }

  #tell(handler: ChangeHandler<T>, event: ChangeEvent<T>): void {
    try {
      handler(event);
    } catch (error) {
      this.#log.error({ err: error, key: objectKey(event.object) }, 'A change handler failed');
    }
  }
}
