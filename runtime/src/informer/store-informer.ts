import { abortable, type Logger } from '@nannyapi/process';
import { objectKey, type KubeObject } from '../objects.ts';
import { atRest } from './at-rest.ts';
import { IndexedStore } from './indexed-store.ts';
import { createInformerMetrics, type InformerMetrics } from './informer-metrics.ts';
import type { ChangeEvent, ChangeHandler, Informer, InformerOptions, Store } from './informer.ts';
import { Reflector, type ReflectorSink } from './reflector.ts';

/** Makes an informer; it does nothing before it is started. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new StoreInformer(options);
}

/** {@link Informer} whose store a reflector fills. */
class StoreInformer<T extends KubeObject> implements Informer<T>, ReflectorSink<T> {
  readonly name: string;
  readonly #store: IndexedStore<T>;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #log: Logger;
  readonly #metrics: InformerMetrics;
  readonly #reflector: Reflector<T>;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(options: InformerOptions<T>) {
    this.name = options.name ?? 'informer';
    const log = options.log.child({ informer: this.name });
    this.#log = log;
    this.#metrics = createInformerMetrics(this.name, options.registry);
    this.#store = new IndexedStore(options.indexes ?? {}, (index, error) => {
      log.error({ index, err: error }, 'Could not index an object');
    });
    this.#reflector = new Reflector({
      client: options.client,
      query: options.query ?? {},
      sink: this,
      clock: options.clock,
      log,
      metrics: this.#metrics,
      random: Math.random,
    });
  }

  get store(): Store<T> {
    return this.#store;
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  waitForSync(call: { signal: AbortSignal }): Promise<void> {
    return abortable(this.#synced.promise, call.signal);
  }

  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#store.list()) this.#tell(handler, { type: 'Added', object });
    return () => this.#handlers.delete(handler);
  }

  replace(objects: T[]): void {
    const gone = new Set(this.#store.keys());
    for (const object of objects) {
      gone.delete(objectKey(object));
      this.upsert(object);
    }
    for (const key of gone) this.#removeKey(key);
    this.#hasSynced = true;
    this.#synced.resolve();
    this.#metrics.objects(this.#store.size);
  }

  upsert(raw: T): void {
    const key = objectKey(raw);
    const previous = this.#store.get(key);
    if (previous && previous.metadata.uid !== raw.metadata.uid) {
      // Recreated under the same name while nobody looked: what was known of the old one must go.
      this.#removeKey(key);
    } else if (previous && previous.metadata.resourceVersion === raw.metadata.resourceVersion) {
      return;
    }
    const object = atRest(raw);
    const known = this.#store.get(key);
    this.#store.set(key, object);
    this.#metrics.objects(this.#store.size);
    this.#emit(known ? { type: 'Updated', object, previous: known } : { type: 'Added', object });
  }

  remove(raw: T): void {
    this.#removeKey(objectKey(raw), atRest(raw));
  }

  /** @param last the state in which the object went, when the server told it. */
  #removeKey(key: string, last?: T): void {
    const previous = this.#store.get(key);
    if (!previous) return;
    this.#store.delete(key);
    this.#metrics.objects(this.#store.size);
    this.#emit({ type: 'Deleted', object: last ?? previous });
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
