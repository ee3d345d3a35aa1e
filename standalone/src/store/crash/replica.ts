import type { RawClient, RawWatch } from '../../../testing/index.ts';
import { collectionPath, seen } from './resources.ts';
import type { Resource, Seen, WireObject } from './resources.ts';

/**
 * A watcher that keeps what it was told, over any number of servers: each time it goes on after the last
 * resourceVersion that it saw.
 */
export class Replica {
  readonly resource: Resource;
  /** Objects by name, made of events alone. */
  readonly objects = new Map<string, Seen>();
  /** Every event: revision to number of the write. */
  readonly told = new Map<number, number | undefined>();
  readonly startRevision: number;
  #revision: number;
  #fault: Error | undefined;
  #watch: RawWatch | undefined;

  /** Begins empty at a revision at which there was nothing of the resource. */
  constructor(resource: Resource, startRevision: number) {
    this.resource = resource;
    this.startRevision = startRevision;
    this.#revision = startRevision;
  }

  /** Goes on at a server; returns when the watch is open. */
  async follow(client: RawClient): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.#revision}`;
    this.#watch = await client.watch(`${collectionPath(this.resource)}?${query}`);
    void this.#read(this.#watch);
  }

  /** Throws what was wrong with what it was told. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #read(watch: RawWatch): Promise<void> {
    for (;;) {
      let event: { type: string; object: WireObject };
      try {
        event = await watch.next();
      } catch {
        // The server died, or told nothing for a while: the next server is asked for the rest.
        return;
      }
      if (watch !== this.#watch) return;
      try {
        this.#apply(event.type, event.object);
      } catch (error) {
        this.#fault ??= error as Error;
      }
    }
  }

  #apply(type: string, object: WireObject): void {
    const what = `${type} ${this.resource.plural} ${object.metadata?.name ?? JSON.stringify(object)}`;
    if (type === 'ERROR') throw new Error(`a watcher from ${this.#revision} was told ${what}`);
    const facts = seen(object);
    if (type === 'BOOKMARK') {
      this.#revision = Math.max(this.#revision, facts.revision);
      return;
    }
    if (facts.revision <= this.#revision) throw new Error(`${what} at ${facts.revision} came after ${this.#revision}`);
    this.#revision = facts.revision;
    this.told.set(facts.revision, facts.write);
    const { name } = object.metadata;
    if (this.objects.has(name) === (type === 'ADDED')) throw new Error(`${what} at ${facts.revision} is out of place`);
    if (type === 'DELETED') this.objects.delete(name);
    else this.objects.set(name, facts);
  }
}
